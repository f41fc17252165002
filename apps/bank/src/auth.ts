import { contentSecurityPolicy, gatehouse } from "@gatehouse/auth";

/** All that the bank knows about signing in. */
export const {
  accountUrl,
  auth,
  checkSignIn,
  handlers,
  requireSignIn,
  recognise,
  signInUrl,
  signOutUrl,
  whySignedOut,
} = gatehouse({
  site: "bank",
  protocol: "oidc",
  contentSecurityPolicy,
});

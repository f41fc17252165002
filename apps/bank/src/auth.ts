import { contentSecurityPolicy, gatehouse } from "@gatehouse/auth";

/** The bank's sign-in. */
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

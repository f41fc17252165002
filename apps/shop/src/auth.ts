import { contentSecurityPolicy, gatehouse } from "@gatehouse/auth";

/** All that the shop knows about signing in. */
export const { accountUrl, auth, handlers, requireSignIn, recognise, signInUrl, signOutUrl, whySignedOut } =
  gatehouse({
    site: "shop",
    protocol: "cas",
    contentSecurityPolicy,
  });

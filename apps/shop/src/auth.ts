import { contentSecurityPolicy, gatehouse } from "@gatehouse/auth";

/** The shop's sign-in. */
export const { accountUrl, auth, handlers, requireSignIn, recognise, signInUrl, signOutUrl, whySignedOut } =
  gatehouse({
    site: "shop",
    protocol: "cas",
    contentSecurityPolicy,
  });

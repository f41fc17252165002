import { SvelteKitAuth } from "@auth/sveltekit";
import { env } from "$env/dynamic/private";

/** Client id, secret and issuer come from `AUTH_GATEHOUSE_ID`, `AUTH_GATEHOUSE_SECRET` and `AUTH_GATEHOUSE_ISSUER`. */
export const { handle, signIn, signOut } = SvelteKitAuth({
  trustHost: true,
  providers: [{ id: "gatehouse", name: "Gatehouse", type: "oidc" }],
  callbacks: {
    // The hub signs out without a question if it is told which session.
    jwt: ({ token, profile }) => (profile ? { ...token, sid: profile.sid } : token),
    session: ({ session, token }) => ({ ...session, sid: token.sid }),
    // By default no redirect leaves the site.
    redirect: ({ url, baseUrl }) =>
      url.startsWith(`${baseUrl}/`) || url.startsWith(`${env.AUTH_GATEHOUSE_ISSUER}/session/end?`)
        ? url
        : baseUrl,
  },
});

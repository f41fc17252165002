import { env } from "$env/dynamic/private";
import { signIn, signOut } from "../auth.js";

export async function load({ locals, url }) {
  const session = await locals.auth();
  const query = new URLSearchParams({
    client_id: env.AUTH_GATEHOUSE_ID,
    logout_hint: session?.sid ?? "",
    post_logout_redirect_uri: `${url.origin}/`,
  });
  return { user: session?.user, endSession: `${env.AUTH_GATEHOUSE_ISSUER}/session/end?${query}` };
}

export const actions = { signIn, signOut };

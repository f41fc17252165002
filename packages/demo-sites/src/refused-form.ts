import { seeOther } from "@gatehouse/auth/form-route";
import { cookies } from "next/headers";

/** Long enough for a sign-in on the way to the page. */
const lifeSeconds = 300;

function cookieName(siteOrigin: string): string {
  return siteOrigin.startsWith("https:") ? "__Host-refused-form" : "refused-form";
}

/**
 * Redirects a refused form to the page that explains why. The page needs the reason in its address and in a cookie,
 * because a link from elsewhere can set the address but not the cookie. Within the life of the cookie the page explains itself
 * again when it is loaded again.
 *
 * @param path without a query
 * @param reason letters and underscores
 */
export function seeOtherRefused(siteOrigin: string, path: string, reason: string): Response {
  const answer = seeOther(`${path}?refused=${reason}`);
  const secure = siteOrigin.startsWith("https:") ? "; Secure" : "";
  answer.headers.append(
    "set-cookie",
    `${cookieName(siteOrigin)}=${reason}; Path=/; Max-Age=${lifeSeconds}; HttpOnly; SameSite=Lax${secure}`,
  );
  return answer;
}

/**
 * The reason why a form of this browser was refused just now, for the page that it was redirected to.
 *
 * @param asked the parameter `refused` of the page's address
 * @returns null if this browser sent no such form within five minutes
 */
export async function readRefusal(
  siteOrigin: string,
  asked: string | readonly string[] | undefined,
): Promise<string | null> {
  const reason = (await cookies()).get(cookieName(siteOrigin))?.value;
  return reason !== undefined && reason === asked ? reason : null;
}

/**
 * A notice that the next page shows once: the result of the form that led to it. It travels in a sealed cookie, which the
 * page clears, so neither a reload nor *Back* repeats it, and no link can make a page show one.
 */
import type { CentralSession } from "@gatehouse/database";
import type { HubKeys } from "../settings/secret-keys.ts";
import type { Cookies } from "./cookies.ts";
import { type Call, type RawAnswer, seeOther } from "./route.ts";

export interface PageNoticeNeeds {
  readonly cookies: Cookies;
  readonly keys: Pick<HubKeys, "note">;
}

export interface PageNotice {
  /** Place on the page: a section or list, by a name that the page knows. */
  readonly at: string;
  /** One or two sentences. Never a secret. */
  readonly text: string;
  /** The page offers to end the user's other sessions: a way to sign in has changed. */
  readonly offersEnding?: boolean;
  /** Ended sessions whose sites are being told, by id; the page adds the results. */
  readonly endedSessions?: readonly string[];
}

/** The notice is for the page that follows the form. A page that is opened later does not show it. */
const lifeSeconds = 60;
/** Ids that fit into a cookie. */
const mostSessions = 40;

/** Redirects to a page that shows the notice. */
export function seeNotice(
  { cookies, keys }: PageNoticeNeeds,
  { session }: { readonly session: CentralSession },
  page: string,
  notice: PageNotice,
  more: Pick<RawAnswer, "afterwards" | "cookies"> = {},
): RawAnswer {
  const endedSessions = notice.endedSessions?.slice(0, mostSessions);
  const sealed = keys.note.seal(JSON.stringify({ ...notice, endedSessions }), boundTo(session));
  const written = cookies.write("page-notice", sealed, lifeSeconds);
  return seeOther(page, { ...more, cookies: [...(more.cookies ?? []), written] });
}

/** @returns the notice for this page, if any, and the cookies that keep the next page from repeating it */
export function takeNotice(
  { cookies, keys }: PageNoticeNeeds,
  { header, session }: Pick<Call, "header"> & { readonly session: CentralSession },
): { readonly notice: PageNotice | null; readonly cookies: readonly string[] } {
  const sealed = cookies.read(header("cookie"), "page-notice");
  if (sealed === undefined) return { notice: null, cookies: [] };
  const text = keys.note.open(sealed, boundTo(session));
  return {
    notice: text === null ? null : (JSON.parse(text) as PageNotice),
    cookies: [cookies.clear("page-notice")],
  };
}

/** Another user, or another browser, cannot read it. */
function boundTo({ uid }: CentralSession): string {
  return `page-notice ${uid}`;
}

/** As much of a browser as a benchmark needs: signs in at the hub and keeps the session cookie. */
import { Pool } from "undici";

/** Connections enough for everything that is measured, kept alive like a proxy's. */
export function connect(origin: string): Pool {
  return new Pool(origin, { connections: 32, pipelining: 1 });
}

/** One of the people whom the hub makes outside production. */
export const demoPerson = { username: "alice", password: "correct horse battery staple" };

export interface Answered {
  readonly status: number;
  readonly location: string;
  readonly cookies: readonly string[];
  readonly body: string;
}

export async function get(pool: Pool, path: string, headers: Record<string, string> = {}): Promise<Answered> {
  return read(await pool.request({ method: "GET", path, headers }));
}

export async function postForm(
  pool: Pool,
  path: string,
  form: Record<string, string>,
  more: Record<string, string> = {},
): Promise<Answered> {
  const headers = { "content-type": "application/x-www-form-urlencoded", ...more };
  return read(
    await pool.request({ method: "POST", path, headers, body: new URLSearchParams(form).toString() }),
  );
}

type RawAnswer = Awaited<ReturnType<Pool["request"]>>;

export async function read(response: RawAnswer): Promise<Answered> {
  const { "set-cookie": set, location } = response.headers;
  return {
    status: response.statusCode,
    location: String(location ?? ""),
    cookies: [set ?? []].flat().map((cookie) => cookie.split(";", 1)[0] ?? ""),
    body: await response.body.text(),
  };
}

/** Values of the hidden fields of a page that are sent, by name. */
export function hiddenFields(page: string): Record<string, string> {
  const inputs = [...page.matchAll(/<input\b[^>]*\btype="hidden"[^>]*>/g)]
    .map(([tag]) => tag)
    .filter((tag) => !/\bdisabled=""/.test(tag));
  const value = (tag: string, name: string) =>
    unescapeHtml(new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1] ?? "");
  return Object.fromEntries(inputs.map((tag) => [value(tag, "name"), value(tag, "value")]));
}

function unescapeHtml(text: string): string {
  return text.replaceAll("&quot;", '"').replaceAll("&#x27;", "'").replaceAll("&amp;", "&");
}

/**
 * Signs in with the form, as a browser without a session: loads the page, then sends the form with its fields.
 *
 * @param typed replaces the name of the demo's user, or adds to what the form sends
 * @param known cookie of a browser that the user signed in with before; without it the hub tells the user by mail
 * @returns the cookies of the session and of the known browser, and where the hub sends the browser
 * @throws when the hub refuses
 */
export async function signIn(
  hub: Pool,
  path = "/cas/login",
  typed: Record<string, string> = {},
  known?: string,
): Promise<{ readonly cookie: string; readonly known: string | undefined; readonly location: string }> {
  const page = await get(hub, path);
  const form = { ...hiddenFields(page.body), ...demoPerson, ...typed };
  const answer = await postForm(hub, "/cas/login", form, {
    cookie: [...page.cookies, ...(known === undefined ? [] : [known])].join("; "),
  });
  const cookie = answer.cookies.find((one) => one.startsWith("TGC-gatehouse=TGT-"));
  if (cookie === undefined) throw new Error(`sign-in answered ${answer.status} without a session`);
  return { cookie, known: knownBrowserIn(answer), location: answer.location };
}

/** The known-browser cookie of an answer. */
export function knownBrowserIn({ cookies }: Answered): string | undefined {
  return cookies.find((one) => one.startsWith("gatehouse-browser="));
}

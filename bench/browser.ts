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
  cookie: string,
): Promise<Answered> {
  const headers = { "content-type": "application/x-www-form-urlencoded", cookie };
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

/** The form as the hub shows it: its cookie and its login ticket. */
export async function openForm(hub: Pool): Promise<{ readonly cookie: string; readonly lt: string }> {
  const page = await get(hub, "/cas/login");
  return { cookie: page.cookies.join("; "), lt: /LT-[A-Za-z0-9-]+/.exec(page.body)?.[0] ?? "" };
}

/** @returns the session cookie @throws when the hub refuses */
export async function signIn(
  hub: Pool,
  form: { readonly cookie: string; readonly lt: string },
  person: { readonly username: string; readonly password: string },
): Promise<string> {
  const answer = await postForm(hub, "/cas/login", { ...person, lt: form.lt }, form.cookie);
  const session = answer.cookies.find((cookie) => cookie.startsWith("TGC-gatehouse=TGT-"));
  if (session === undefined) throw new Error(`sign-in answered ${answer.status} without a session`);
  return session;
}

/** The sign-in that a factor completes: a pending sign-in of this browser, or its session (step-up). */
import type { BegunSignIn, CentralSession, PendingSignInStore, Person } from "@gatehouse/database";
import { flowOf } from "../http/flow.ts";
import { type Answer, type Call, seeOther } from "../http/route.ts";
import type { FindSession } from "../session/find-session.ts";
import type { HubKeys } from "../settings/secret-keys.ts";
import { type Field, loginAddress } from "../sign-in/login-address.ts";
import { type NoteNeeds, writeNote } from "../sign-in/login-form.ts";

export interface BegunNeeds extends NoteNeeds {
  readonly findSession: FindSession;
  readonly keys: Pick<HubKeys, "form" | "note">;
  readonly pendingSignIns: Pick<PendingSignInStore, "find">;
}

export interface Begun {
  readonly from: BegunSignIn;
  readonly person: Person;
  /** Methods so far. */
  readonly amr: readonly string[];
  /** The session to strengthen; `null`: a pending sign-in. */
  readonly session: CentralSession | null;
  readonly askBefore: boolean;
  /** The user must choose another password: a factor leads to the page for it, and starts no session. */
  readonly mustChange: boolean;
  /** Binds forms to this sign-in. */
  readonly id: string;
}

/** A pending sign-in comes first: it is newer than the session of the same browser. */
export async function findBegun(needs: BegunNeeds, call: Pick<Call, "header">): Promise<Begun | null> {
  return (await findPending(needs, call)) ?? (await findWeakSession(needs, call));
}

export async function findPending(
  { cookies, pendingSignIns }: Pick<BegunNeeds, "cookies" | "pendingSignIns">,
  call: Pick<Call, "header">,
): Promise<Begun | null> {
  const pendingToken = cookies.read(call.header("cookie"), "pending");
  const pending = pendingToken === undefined ? null : await pendingSignIns.find(pendingToken);
  if (pendingToken === undefined || pending === null) return null;
  return { ...pending, from: { pendingToken }, session: null, askBefore: false, id: pendingToken };
}

async function findWeakSession(
  { cookies, findSession }: BegunNeeds,
  call: Pick<Call, "header">,
): Promise<Begun | null> {
  const sessionToken = cookies.read(call.header("cookie"), "session");
  const found = await findSession(call, { touch: true });
  if (sessionToken === undefined || found.state !== "alive") return null;
  const { session } = found;
  const { person, amr, askBefore, uid } = session;
  return { from: { sessionToken }, person, amr, session, askBefore, mustChange: false, id: uid };
}

/** Form token of a page about a sign-in. @param purpose name of the page */
export function tokenOf({ keys }: Pick<BegunNeeds, "keys">, { id }: Begun, purpose: string): string {
  return keys.form.sign("factor-form", `${id}:${purpose}`);
}

export function isTokenOf(
  { keys }: Pick<BegunNeeds, "keys">,
  { id }: Begun,
  purpose: string,
  token: string,
): boolean {
  return keys.form.isSignature("factor-form", `${id}:${purpose}`, token);
}

/** Leads to the first step with the reason: the sign-in has expired, was completed, or belongs to another user. */
export function startAgain(needs: NoteNeeds, call: Call, fields: readonly Field[]): Answer {
  const flow = flowOf(needs, call);
  const error = { code: "sign_in_expired", reference: call.requestId } as const;
  return seeOther(loginAddress(fields), {
    cookies: [...flow.cookies, writeNote(needs, flow.id, { error }), needs.cookies.clear("pending")],
  });
}

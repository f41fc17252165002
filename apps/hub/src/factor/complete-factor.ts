/** Completes a sign-in by a factor: one-time code, recovery code, or a passkey that its room has verified. */
import { createTicketId, type RequestParameters } from "@gatehouse/cas/server";
import type { FactorProof, PendingSignInStore, Person } from "@gatehouse/database";
import type { Cookies } from "../http/cookies.ts";
import { type Answer, type Call, seeOther } from "../http/route.ts";
import { isFresh } from "../session/fresh-sign-in.ts";
import { type EnterSession, isNewLogin } from "../sign-in/complete-sign-in.ts";
import { newPasswordAddress, repeatedFields } from "../sign-in/login-address.ts";
import type { Begun } from "./begun-sign-in.ts";

export interface CompleteFactorNeeds {
  readonly clock: () => Date;
  readonly cookies: Cookies;
  readonly enterSession: EnterSession;
  readonly pendingSignIns: Pick<PendingSignInStore, "addFactor" | "complete">;
}

/** Logs a change of a user's one-time codes or recovery codes. */
export function logFactorChange(
  { address, log }: Pick<Call, "address" | "log">,
  { id: person }: Pick<Person, "id">,
  change: "codes-on" | "codes-off" | "recovery-codes-made" | "recovery-code-used",
): void {
  log.info({ event: "factor.changed", person, change, address }, "factor changed");
}

/** Methods of a one-time code or a recovery code, with what came before. @see RFC 8176, section 2 */
export const codeMethods = ["otp", "mfa"] as const;

/**
 * Consumes the proof and the begun sign-in, and starts the session.
 *
 * @param methods methods that the proof adds
 * @returns `null`: the proof was used before, or the sign-in is no longer pending
 */
export async function startCompletedSession(
  {
    cookies,
    pendingSignIns,
  }: { readonly cookies: Cookies; readonly pendingSignIns: Pick<PendingSignInStore, "complete"> },
  call: Call,
  parameters: RequestParameters,
  begun: Begun,
  proof: FactorProof,
  methods: readonly string[],
) {
  const token = createTicketId("TGT");
  const session = await pendingSignIns.complete({
    from: begun.from,
    personId: begun.person.id,
    proof,
    amr: withMethods(begun, methods),
    token,
    previousToken: cookies.read(call.header("cookie"), "session"),
    userAgent: call.userAgent,
    address: call.address,
    askBefore: begun.askBefore || parameters.get("warn") === "true",
  });
  return session === null ? null : { session, token };
}

function withMethods({ amr }: Begun, methods: readonly string[]): readonly string[] {
  return [...new Set([...amr.filter((method) => method !== "mfa"), ...methods])];
}

/** As `startCompletedSession`; answers with the destination, or with the page for a password that must be changed. */
export async function completeFactor(
  needs: CompleteFactorNeeds,
  call: Call,
  parameters: RequestParameters,
  begun: Begun,
  proof: FactorProof,
  methods: readonly string[],
): Promise<Answer | null> {
  if (begun.mustChange && "pendingToken" in begun.from) {
    const { pendingToken } = begun.from;
    const amr = withMethods(begun, methods);
    const personId = begun.person.id;
    if (!(await needs.pendingSignIns.addFactor({ pendingToken, personId, proof, amr }))) return null;
    const warn = parameters.get("warn") === "true" ? [{ name: "warn", value: "true" }] : [];
    return seeOther(newPasswordAddress([...repeatedFields(parameters), ...warn]));
  }
  const started = await startCompletedSession(needs, call, parameters, begun, proof, methods);
  return started === null
    ? null
    : needs.enterSession(call, parameters, started, {
        fresh:
          begun.session === null && isNewLogin(started.session.amr, isFresh(started.session, needs.clock())),
      });
}

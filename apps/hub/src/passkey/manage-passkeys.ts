/** `/account/security/passkeys`: adds, renames and removes passkeys. Each needs a fresh sign-in. */
import { createTicketId, parseLoginRequest, type RequestParameters } from "@gatehouse/cas/server";
import { mostPasskeys, type Passkey, type PasskeyStore, type PendingSignInStore } from "@gatehouse/database";
import { factorRecord, type HubChangeRecord } from "../audit/change-record.ts";
import { byUser } from "../audit/record-audit.ts";
import { type PageNoticeNeeds, seeNotice } from "../http/page-notice.ts";
import { type Answer, type CallerFacts, type Route, route, seeOther } from "../http/route.ts";
import type { RecoveryCodesScreen, SecurityScreen } from "../screen/screen.ts";
import {
  addPasskeyPath,
  addressOf,
  continueAddress,
  type DestinationNeeds,
  destinationOf,
  repeatedFields,
  securityPath,
} from "../sign-in/login-address.ts";
import { readRequest } from "../sign-in/refuse-service.ts";
import { longestPasskeyName, readPasskeyName } from "./passkey-name.ts";
import {
  askForRegistration,
  type PasskeyRegistration,
  type RegisterPasskeyNeeds,
  type RegistrationUse,
  registerPasskey,
} from "./register-passkey.ts";
import { methodsOf } from "./verify-passkey.ts";

export interface ManagePasskeysNeeds extends DestinationNeeds, PageNoticeNeeds, RegisterPasskeyNeeds {
  readonly keys: RegisterPasskeyNeeds["keys"] & PageNoticeNeeds["keys"];
  readonly passkeys: Pick<PasskeyStore, "add" | "listOf" | "remove" | "rename">;
  readonly createRecoveryCodes: () => readonly string[];
  readonly showRecoveryCodes: ShowRecoveryCodes;
  /** Operators keep their last factor. */
  readonly operatorsNeedFactor: boolean;
  /** Ids of the other providers that sign users in. */
  readonly providers: readonly string[];
  readonly pendingSignIns: Pick<PendingSignInStore, "complete">;
  readonly sessionRememberSeconds: number;
}

/** Makes the page that shows new recovery codes. */
type ShowRecoveryCodes = (
  shown: Pick<RecoveryCodesScreen, "because" | "continueTo" | "token"> & {
    readonly codes: readonly string[];
    readonly personId: string;
  },
) => RecoveryCodesScreen;

const returnPage = () => ({ page: securityPath });

/** Lists a user's passkeys for the Security page. */
type ListPasskeys = (personId: string) => Promise<SecurityScreen["passkeys"]>;

export function createPasskeyList({
  passkeys,
}: {
  readonly passkeys: Pick<PasskeyStore, "listOf">;
}): ListPasskeys {
  return async (personId) =>
    (await passkeys.listOf(personId)).map(({ id, name, createdAt, lastUsedAt, backupEligible }) => ({
      id,
      name,
      createdAt,
      lastUsedAt,
      synced: backupEligible,
    }));
}

export const managePasskeyRoutes = (needs: ManagePasskeysNeeds): Route[] => [
  askForPasskey(needs),
  addPasskey(needs),
  renamePasskey(needs),
  removePasskey(needs),
];

/** The ceremony belongs to the user's session, also after the user has signed in again in the same browser. */
function sessionUse({ session }: Pick<CallerFacts["person"], "session">): RegistrationUse {
  return { person: session.person, boundTo: session.uid };
}

const askForPasskey = (needs: ManagePasskeysNeeds): Route =>
  route({
    method: "GET",
    path: addPasskeyPath,
    caller: "person",
    freshSignIn: true,
    antiForgery: "changes-nothing",
    sends: "query",
    speaks: "html",
    answer: (call, { parameters }) => showPage(needs, call, parameters, null),
  });

/** @param parameters name the destination of a user who adds the passkey because a site demands a second step */
async function showPage(
  needs: ManagePasskeysNeeds,
  call: CallerFacts["person"],
  parameters: RequestParameters,
  error: string | null,
): Promise<Answer> {
  const request = readRequest(() => parseLoginRequest(parameters));
  const { site } = destinationOf(needs, request, parameters);
  const hidden = [{ name: "token", value: call.formToken }, ...repeatedFields(parameters)];
  const options = await askForRegistration(needs, sessionUse(call));
  return {
    screen: {
      name: "add-passkey",
      model: {
        personName: call.session.person.name,
        passkey: { ceremony: "create", action: addPasskeyPath, hidden, options },
        site: site === undefined ? null : { name: site.name, host: site.host },
        cancelTo: site?.url ?? securityPath,
        error,
      },
    },
    status: error === null ? 200 : 400,
  };
}

const addPasskey = (needs: ManagePasskeysNeeds): Route =>
  route({
    method: "POST",
    path: addPasskeyPath,
    caller: "person",
    freshSignIn: true,
    antiForgery: "form-token",
    sends: "form",
    typed: ["passkey"],
    speaks: "html",
    returnPage: (parameters) => ({ page: addressOf(addPasskeyPath, repeatedFields(parameters)) }),
    async answer(call, { parameters }) {
      const continueTo = continueAddress(repeatedFields(parameters), securityPath);
      const recoveryCodes = needs.createRecoveryCodes();
      const answered = parameters.get("passkey") ?? "";
      const result = await registerPasskey(needs, call, answered, sessionUse(call), {
        recoveryCodes,
        record: (passkey, withCodes) => addedRecord(call, passkey, withCodes),
      });
      if (result.outcome !== "added" && continueTo !== securityPath)
        return showPage(needs, call, parameters, refusals[result.outcome]);
      if (result.outcome !== "added")
        return seeNotice(needs, call, securityPath, { at: "passkeys", text: refusals[result.outcome] });
      const { id, name } = result.passkey;
      log(call, "passkey.added", id);
      const cookies = await strengthenSession(needs, call, result.passkey);
      if (result.withCodes) {
        const model = needs.showRecoveryCodes({
          codes: recoveryCodes,
          personId: call.session.person.id,
          token: call.formToken,
          because: "passkey-added",
          continueTo,
        });
        return { screen: { name: "recovery-codes", model }, cookies };
      }
      if (continueTo !== securityPath) return seeOther(continueTo, { cookies });
      const answer = seeNotice(needs, call, securityPath, {
        at: "passkeys",
        text: `The passkey “${name}” is added. You can sign in with it from now on.`,
        offersEnding: true,
      });
      return { ...answer, cookies: [...cookies, ...(answer.cookies ?? [])] };
    },
  });

/** One mail, about the passkey, is enough: recovery codes alone sign nobody in. */
function addedRecord(
  call: CallerFacts["person"],
  { id, name }: Pick<Passkey, "id" | "name">,
  withCodes: boolean,
): HubChangeRecord {
  const { events, ...rest } = factorRecord(call, call.session, "passkey-added", { passkey: id, name });
  const more: HubChangeRecord["events"] = withCodes ? [{ kind: "recovery-codes-made", ...byUser(call) }] : [];
  return { ...rest, events: [...events, ...more] };
}

/**
 * The ceremony has just proved the passkey: a session without a factor says so from now on, or the user would have to sign
 * in again for the next change.
 *
 * @returns the cookie of the stronger session; none if the session has ended meanwhile, or proved a factor before
 */
async function strengthenSession(
  { cookies, pendingSignIns, sessionRememberSeconds }: ManagePasskeysNeeds,
  call: CallerFacts["person"],
  passkey: Pick<Passkey, "backupEligible">,
): Promise<string[]> {
  const { amr, askBefore, person } = call.session;
  const sessionToken = cookies.read(call.header("cookie"), "session");
  if (sessionToken === undefined || amr.includes("mfa")) return [];
  const token = createTicketId("TGT");
  const session = await pendingSignIns.complete({
    from: { sessionToken },
    personId: person.id,
    proof: { kind: "consumed" },
    amr: [...new Set([...amr, ...methodsOf(passkey)])],
    token,
    previousToken: sessionToken,
    userAgent: call.userAgent,
    address: call.address,
    askBefore,
  });
  if (session === null) return [];
  return [cookies.write("session", token, session.longTerm ? sessionRememberSeconds : undefined)];
}

const refusals: Readonly<Record<Exclude<PasskeyRegistration["outcome"], "added">, string>> = {
  expired: "No passkey was added: the page stood open for too long, or was sent twice. Try again.",
  invalid: "No passkey was added: your browser's answer could not be verified. Try again.",
  "known-already":
    "This passkey was added already. Recovery codes are shown only once: make new ones if you were shown some and did not save them.",
  "too-many": `You have ${mostPasskeys} passkeys. Remove one before you add another.`,
};

const renamePasskey = (needs: ManagePasskeysNeeds): Route =>
  route({
    method: "POST",
    path: "/account/security/passkeys/rename",
    caller: "person",
    freshSignIn: true,
    antiForgery: "form-token",
    sends: "form",
    typed: ["name"],
    speaks: "html",
    returnPage,
    async answer(call, { parameters }) {
      const name = readPasskeyName(parameters.get("name") ?? "");
      if (name === null)
        return seeNotice(needs, call, securityPath, {
          at: "passkeys",
          text: `Give the passkey a name of 1 to ${longestPasskeyName} characters. Nothing was changed.`,
        });
      const id = parameters.get("passkey") ?? "";
      const record = () => factorRecord(call, call.session, "passkey-renamed", { passkey: id, name });
      if (!(await needs.passkeys.rename({ id, personId: call.session.person.id, name }, record)))
        return seeNotice(needs, call, securityPath, { at: "passkeys", text: goneWords });
      log(call, "passkey.renamed", id);
      return seeNotice(needs, call, securityPath, {
        at: "passkeys",
        text: `The passkey is now called “${name}”.`,
        offersEnding: true,
      });
    },
  });

const goneWords = "That passkey was removed already.";

const removePasskey = (needs: ManagePasskeysNeeds): Route =>
  route({
    method: "POST",
    path: "/account/security/passkeys/remove",
    caller: "person",
    freshSignIn: true,
    antiForgery: "form-token",
    sends: "form",
    speaks: "html",
    returnPage,
    async answer(call, { parameters }) {
      const id = parameters.get("passkey") ?? "";
      const personId = call.session.person.id;
      let name = "";
      const result = await needs.passkeys.remove({ id, personId }, needs, (removed) => {
        name = removed.name;
        return factorRecord(call, call.session, "passkey-removed", { passkey: id, name });
      });
      if (result !== "removed")
        return seeNotice(needs, call, securityPath, { at: "passkeys", text: removalWords[result] });
      log(call, "passkey.removed", id);
      return seeNotice(needs, call, securityPath, {
        at: "passkeys",
        text: `The passkey “${name}” is removed, and signs in nobody any more. Delete it in your password manager too.`,
        offersEnding: true,
      });
    },
  });

const removalWords: Readonly<
  Record<Exclude<Awaited<ReturnType<PasskeyStore["remove"]>>, "removed">, string>
> = {
  gone: goneWords,
  "last-way-in":
    "This passkey is your only way to sign in, so it was not removed. Add another passkey or set a password first.",
  "password-too-short":
    "Your password is too short to protect your account alone, so the passkey was not removed. Choose a longer password first.",
  "operator-needs-one":
    "Operators sign in with a second step, so the passkey was not removed. Add another passkey or turn on one-time codes first.",
};

function log(
  call: CallerFacts["person"],
  event: "passkey.added" | "passkey.renamed" | "passkey.removed",
  passkey: string,
): void {
  call.log.info({ event, person: call.session.person.id, passkey }, "passkeys changed");
}

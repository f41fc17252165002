/**
 * `/cas/login/factor`: asks for the factor that a sign-in lacks. Also for a session that is too weak for its destination
 * (step-up): the user proves the factor only, and the session is replaced by a stronger one.
 */
import { type LoginRequest, parseLoginRequest, type RequestParameters } from "@gatehouse/cas/server";
import type { FactorProof, FactorStore, PendingSignInStore } from "@gatehouse/database";
import { factorRecord } from "../audit/change-record.ts";
import { actorOf, type RecordAudit } from "../audit/record-audit.ts";
import type { Throttle } from "../credential/throttle.ts";
import { type Answer, type Call, type Route, route, seeOther } from "../http/route.ts";
import type { PasskeyFactor } from "../passkey/passkey-factor.ts";
import type { FactorErrorCode, SecondFactorScreen } from "../screen/screen.ts";
import { isAsStrongAs } from "../session/acr.ts";
import type { HubKeys } from "../settings/secret-keys.ts";
import { type KnownBrowserNeeds, readKnownBrowser } from "../sign-in/known-browser.ts";
import {
  type DestinationNeeds,
  destinationOf,
  factorPath,
  factorSetUpAddress,
  loginAddress,
  repeatedFields,
} from "../sign-in/login-address.ts";
import { readRequest, refuseService } from "../sign-in/refuse-service.ts";
import { acrValues } from "../site-registry/acr-values.ts";
import { type Begun, type BegunNeeds, findBegun, isTokenOf, startAgain, tokenOf } from "./begun-sign-in.ts";
import { type CompleteFactorNeeds, codeMethods, completeFactor, logFactorChange } from "./complete-factor.ts";
import { readRecoveryCode } from "./recovery-codes.ts";
import { isCode, stepOfCode } from "./totp.ts";

export interface SecondFactorNeeds
  extends BegunNeeds,
    CompleteFactorNeeds,
    DestinationNeeds,
    KnownBrowserNeeds {
  readonly clock: () => Date;
  readonly factors: Pick<FactorStore, "of" | "sealedSecretOf">;
  readonly keys: Pick<HubKeys, "browser" | "form" | "note" | "totp">;
  readonly pendingSignIns: Pick<PendingSignInStore, "addFactor" | "complete" | "find">;
  readonly passkeyFactor: PasskeyFactor;
  readonly recordAudit: RecordAudit;
  readonly throttle: Pick<Throttle, "attempt">;
}

const purpose = "factor";

type FactorError = NonNullable<SecondFactorScreen["error"]>;

export const secondFactorRoutes = (needs: SecondFactorNeeds): Route[] => [ask(needs), accept(needs)];

const ask = (needs: SecondFactorNeeds): Route =>
  route({
    method: "GET",
    path: factorPath,
    caller: "anyone",
    antiForgery: "changes-nothing",
    sends: "query",
    speaks: "html",
    async answer(call, { parameters }) {
      const request = readDestination(needs, call, parameters);
      const begun = await findBegun(needs, call);
      if (begun === null) return startAgain(needs, call, repeatedFields(parameters));
      // Strong enough already, such as in another tab: the destination decides again.
      if (begun.session !== null && isAsStrongAs(begun.amr, demandedAcr(parameters)))
        return seeOther(loginAddress(repeatedFields(parameters)));
      return showPage(needs, begun, request, parameters, null);
    },
  });

const accept = (needs: SecondFactorNeeds): Route =>
  route({
    method: "POST",
    path: factorPath,
    caller: "anyone",
    antiForgery: "flow-token",
    sends: "form",
    typed: ["code", "passkey", "recovery_code"],
    speaks: "html",
    async answer(call, { parameters }) {
      const request = readDestination(needs, call, parameters);
      const fields = repeatedFields(parameters);
      const begun = await findBegun(needs, call);
      if (begun === null || !isTokenOf(needs, begun, purpose, parameters.get("token") ?? ""))
        return startAgain(needs, call, fields);
      const passkey = parameters.get("passkey");
      if (passkey !== undefined) return acceptPasskey(needs, call, { begun, request, parameters }, passkey);
      const isRecovery = parameters.has("recovery_code");
      const typed = (parameters.get(isRecovery ? "recovery_code" : "code") ?? "").replaceAll(/\s/g, "");
      const again = async (code: FactorErrorCode, retryInSeconds?: number) => {
        call.log.warn(
          { event: "factor.refused", code, person: begun.person.id, address: call.address },
          "factor refused",
        );
        await needs.recordAudit({
          kind: "sign-in",
          outcome: code,
          actor: actorOf(call),
          personId: begun.person.id,
          facts: { step: "factor" },
        });
        const more = retryInSeconds === undefined ? {} : { retryInSeconds };
        return showPage(needs, begun, request, parameters, { code, isRecovery, ...more });
      };
      if (typed === "") return again(isRecovery ? "recovery_code_missing" : "code_missing");
      const { address } = call;
      const { person } = begun;
      const knownBrowser = readKnownBrowser(needs, call, person);
      const by = { account: person.username, address, knownBrowser };
      const attempted = await needs.throttle.attempt<FactorErrorCode | Answer>("code", by, {
        async make() {
          const proof = isRecovery ? readRecovery(call, begun, typed) : await readCode(needs, begun, typed);
          return typeof proof === "string"
            ? proof
            : ((await completeFactor(needs, call, parameters, begun, proof, codeMethods)) ?? "code_used");
        },
        isRight: (made) => typeof made !== "string",
      });
      if (!attempted.allowed) return again("too_many_attempts", attempted.retryInSeconds);
      const { result } = attempted;
      if (typeof result !== "string") {
        if (isRecovery) logFactorChange(call, person, "recovery-code-used");
        return result;
      }
      // The sign-in itself may have ended meanwhile, by another tab or a change of the password.
      if (result === "code_used" && (await findBegun(needs, call))?.id !== begun.id)
        return startAgain(needs, call, fields);
      return again(isRecovery ? "recovery_code_wrong" : result);
    },
  });

/** Not throttled: nobody guesses signatures. The passkey room records refusals itself. */
async function acceptPasskey(
  needs: SecondFactorNeeds,
  call: Call,
  sent: { readonly begun: Begun; readonly request: LoginRequest; readonly parameters: RequestParameters },
  passkey: string,
): Promise<Answer> {
  const { begun, request, parameters } = sent;
  const use = { personId: begun.person.id, boundTo: begun.id };
  const result = await needs.passkeyFactor.verify(call, passkey, use);
  if (result.outcome === "refused") {
    const { code } = result;
    call.log.warn(
      { event: "factor.refused", code, person: begun.person.id, address: call.address },
      "factor refused",
    );
    return showPage(needs, begun, request, parameters, { code, isRecovery: false });
  }
  const completed = await completeFactor(needs, call, parameters, begun, { kind: "consumed" }, result.amr);
  return completed ?? startAgain(needs, call, repeatedFields(parameters));
}

async function readCode(
  { clock, factors, keys }: SecondFactorNeeds,
  { person }: Begun,
  typed: string,
): Promise<FactorProof | FactorErrorCode> {
  if (!isCode(typed)) return "code_wrong";
  const sealed = await factors.sealedSecretOf(person.id);
  const secret = sealed === null ? null : keys.totp.open(sealed, person.id);
  if (sealed === null || secret === null) return "code_wrong";
  const step = stepOfCode(secret, typed, clock());
  return step === null ? "code_wrong" : { kind: "code", step, sealed };
}

function readRecovery(call: Call, { person }: Begun, typed: string): FactorProof | FactorErrorCode {
  const code = readRecoveryCode(typed);
  const record = () => factorRecord(call, { person }, "recovery-code-used");
  return code === null ? "recovery_code_wrong" : { kind: "recovery-code", code, record };
}

function readDestination(needs: DestinationNeeds, call: Call, parameters: RequestParameters): LoginRequest {
  const request = readRequest(() => parseLoginRequest(parameters));
  if (request.service !== null && needs.sites.findByService(request.service) === undefined)
    throw refuseService(call, request);
  return request;
}

/**
 * Class that the destination demands. It decides again: a parameter that somebody removes only leads back to this page.
 */
function demandedAcr(parameters: RequestParameters): string {
  const asked = parameters.get("acr") ?? "";
  return (acrValues as readonly string[]).includes(asked) ? asked : acrValues[1];
}

async function showPage(
  needs: SecondFactorNeeds,
  begun: Begun,
  request: LoginRequest,
  parameters: RequestParameters,
  error: FactorError | null,
): Promise<Answer> {
  const factors = await needs.factors.of(begun.person.id);
  const fields = repeatedFields(parameters);
  if (factors.codesSince === null && factors.passkeys === 0) return seeOther(factorSetUpAddress(fields));
  const { site, keepsOpener } = destinationOf(needs, request, parameters);
  const warn = parameters.get("warn") === "true" ? [{ name: "warn", value: "true" }] : [];
  const headers = error?.retryInSeconds === undefined ? {} : { "retry-after": String(error.retryInSeconds) };
  const hidden = [{ name: "token", value: tokenOf(needs, begun, purpose) }, ...fields, ...warn];
  const options = await needs.passkeyFactor.ask({ personId: begun.person.id, boundTo: begun.id });
  return {
    screen: {
      name: "second-factor",
      model: {
        action: factorPath,
        hidden,
        site: site === undefined ? null : { name: site.name, host: site.host },
        person: { name: begun.person.name, username: begun.person.username },
        isStepUp: begun.session !== null,
        codes: factors.codesSince !== null,
        passkey: options && { ceremony: "get", action: factorPath, hidden, options },
        recoveryCodes: factors.recoveryCodes > 0,
        startOver: loginAddress([
          ...fields,
          ...(begun.session === null ? [] : [{ name: "prompt", value: "login" }]),
        ]),
        error,
      },
    },
    status: error === null ? 200 : error.code === "too_many_attempts" ? 429 : 400,
    headers,
    keepsOpener,
  };
}

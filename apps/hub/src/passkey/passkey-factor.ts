/** A passkey as the second factor of a sign-in, for the page that asks for one. */
import type { PasskeyStore } from "@gatehouse/database";
import type { Call } from "../http/route.ts";
import type { Verified } from "../sign-in/sign-in.ts";
import { issueChallenge } from "./challenge.ts";
import { type RequestOptions, requestOptions } from "./passkey-options.ts";
import { type PasskeyRefused, type VerifyPasskeyNeeds, verifyPasskey } from "./verify-passkey.ts";

export interface PasskeyFactorNeeds extends VerifyPasskeyNeeds {
  readonly passkeys: VerifyPasskeyNeeds["passkeys"] & Pick<PasskeyStore, "listOf">;
}

/** The user who has to prove a factor, and the browser's flow or pending sign-in. */
export interface PasskeyFactorUse {
  readonly personId: string;
  readonly boundTo: string;
}

type Attempt = Pick<Call, "log" | "address" | "userAgent">;

export interface PasskeyFactor {
  /** Options for the browser; `null`: the user has no passkey. */
  ask(use: PasskeyFactorUse): Promise<RequestOptions | null>;
  /** @param answer JSON of the browser's `PublicKeyCredential` */
  verify(call: Attempt, answer: string, use: PasskeyFactorUse): Promise<Verified | PasskeyRefused>;
}

export function createPasskeyFactor(needs: PasskeyFactorNeeds): PasskeyFactor {
  return {
    async ask({ personId, boundTo }) {
      const passkeys = await needs.passkeys.listOf(personId);
      if (passkeys.length === 0) return null;
      const challenge = issueChallenge(needs, { purpose: "second-factor", boundTo });
      return requestOptions(needs.relyingParty, challenge, passkeys);
    },
    verify: (call, answer, use) => verifyPasskey(needs, call, answer, { purpose: "second-factor", ...use }),
  };
}

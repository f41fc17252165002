/** A whole sign-in with a passkey (page, answer of the authenticator, validation of the ticket) against one with a password. */

import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { testRecord } from "@gatehouse/database/test-record";
import type { Pool } from "undici";
import { get, hiddenFields, knownBrowserIn, postForm } from "./browser.ts";
import { validate } from "./cas-round.ts";
import { compare } from "./compare.ts";
import { contenderOf, type ServedRound, workers } from "./compare-rounds.ts";
import { type BenchedHub, startHub, withDatabase } from "./hub.ts";
import { type Measurement, ratioLine } from "./measurement.ts";
import { createPeople } from "./people.ts";
import { signInAndValidate } from "./sign-in.ts";
import { onStage } from "./stage.ts";

/** Sixteen sign-ins with a password take a third of a second on one core. */
const turnSeconds = 2;

/** A user's key, as an authenticator without a counter keeps it. */
interface Key {
  readonly username: string;
  readonly id: string;
  readonly userHandle: string;
  readonly privateKey: KeyObject;
}

export function measurePasskey(): Promise<Measurement> {
  return onStage(async (stage) => {
    const hub = await startHub(stage);
    const pool = stage.connect(hub.url);
    const nextUser = await createPeople(hub);
    const passwords = signInAndValidate(pool, hub, nextUser);
    const passkeys = passkeySignIn(pool, hub, await createKeys(hub));
    const toPassword = await compare(
      contenderOf(passkeys, workers),
      contenderOf(passwords, workers),
      turnSeconds,
    );
    return {
      title: "A sign-in with a passkey, page and ticket included, 16 at once",
      lines: [ratioLine("in ratio to a sign-in with a password", toPassword, { atLeast: 3 })],
      measured: { toPassword },
    };
  });
}

function passkeySignIn(pool: Pool, hub: BenchedHub, keys: readonly Key[]): ServedRound {
  const path = `/cas/login?service=${encodeURIComponent(hub.service)}`;
  const browsers = new Map<string, string | undefined>();
  let rounds = 0;
  return {
    async round() {
      const key = keys[rounds++ % keys.length];
      if (key === undefined) throw new Error("there are no keys");
      const page = await get(pool, path);
      const [, form = ""] = /<form\b([^>]*\bdata-passkey="get"[^>]*>.*?)<\/form>/s.exec(page.body) ?? [];
      const [, options = ""] = /\bdata-options="([^"]*)"/.exec(form) ?? [];
      const { challenge, rpId } = JSON.parse(options.replaceAll("&quot;", '"'));
      const passkey = answer(key, hub.publicUrl, rpId, challenge);
      const cookie = [...page.cookies, browsers.get(key.id) ?? ""].filter(Boolean).join("; ");
      const answered = await postForm(
        pool,
        "/cas/login/passkey",
        { ...hiddenFields(form), passkey },
        { cookie },
      );
      browsers.set(key.id, knownBrowserIn(answered));
      await validate(pool, hub.service, answered.location, key.username);
    },
    processes: hub.processes,
  };
}

/** @see https://www.w3.org/TR/webauthn-3/#sctn-op-get-assertion */
function answer(
  { id, userHandle, privateKey }: Key,
  origin: string,
  rpId: string,
  challenge: string,
): string {
  const clientData = Buffer.from(JSON.stringify({ type: "webauthn.get", challenge, origin }));
  // User present and verified, key synced; counter 0.
  const authData = Buffer.concat([sha256(rpId), Buffer.from([0x1d, 0, 0, 0, 0])]);
  const signature = sign("sha256", Buffer.concat([authData, sha256(clientData)]), privateKey);
  const response = {
    clientDataJSON: clientData.toString("base64url"),
    authenticatorData: authData.toString("base64url"),
    signature: signature.toString("base64url"),
    userHandle,
  };
  return JSON.stringify({ id, rawId: id, type: "public-key", response, clientExtensionResults: {} });
}

/** Users with a passkey each. Those with a password have none, because signing in would ask for both. */
function createKeys(hub: BenchedHub): Promise<readonly Key[]> {
  const usernames = Array.from({ length: 200 }, (_, index) => `key-${index + 1}`);
  return withDatabase(hub, async ({ passkeys, people }) => {
    const keys: Key[] = [];
    for (const username of usernames) {
      const person = await people.create({
        username,
        name: username,
        email: `${username}@example.com`,
        operator: false,
        password: null,
      });
      const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const id = randomBytes(32).toString("base64url");
      await passkeys.add(
        {
          id,
          personId: person.id,
          name: "bench",
          publicKey: coseKey(publicKey),
          counter: 0,
          transports: [],
          aaguid: "00000000-0000-0000-0000-000000000000",
          backupEligible: true,
          backedUp: true,
        },
        [],
        testRecord,
      );
      const userHandle = Buffer.from(person.id.replaceAll("-", ""), "hex").toString("base64url");
      keys.push({ username, id, userHandle, privateKey });
    }
    return keys;
  });
}

/** @see RFC 9053, section 7.1 */
function coseKey(publicKey: KeyObject): Uint8Array<ArrayBuffer> {
  const { x = "", y = "" } = publicKey.export({ format: "jwk" });
  const [head, between] = [Buffer.from("a5010203262001215820", "hex"), Buffer.from("225820", "hex")];
  return Uint8Array.from(
    Buffer.concat([head, Buffer.from(x, "base64url"), between, Buffer.from(y, "base64url")]),
  );
}

const sha256 = (data: string | Buffer) => createHash("sha256").update(data).digest();

/**
 * An authenticator in software: makes passkeys and signs with them as a browser would send it, or wrongly where a test
 * asks for it.
 */
import {
  createHash,
  createSign,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  randomBytes,
  sign,
} from "node:crypto";

/** The parts of the options that an authenticator reads. */
interface Creation {
  readonly challenge: string;
  readonly rp: { readonly id: string };
  readonly user: { readonly id: string };
}
interface Request {
  readonly challenge: string;
  readonly rpId: string;
}

/** Deviations of a forged or broken answer. */
export interface Deviations {
  readonly origin?: string;
  readonly rpId?: string;
  readonly type?: string;
  readonly crossOrigin?: boolean;
  readonly userVerified?: boolean;
  readonly userHandle?: string | null;
  readonly counter?: number;
  readonly backupEligible?: boolean;
  /** Signs something else. */
  readonly tampered?: boolean;
}

export interface SoftwareAuthenticatorOptions {
  readonly origin: string;
  readonly algorithm?: "ES256" | "EdDSA" | "RS256";
  /** Whether its keys are synced; default: yes. */
  readonly backupEligible?: boolean;
  /** Whether it counts signatures; default: no, as synced authenticators. */
  readonly counts?: boolean;
}

const flags = {
  userPresent: 0x01,
  userVerified: 0x04,
  backupEligible: 0x08,
  backedUp: 0x10,
  credential: 0x40,
};
const sha256 = (data: string | Uint8Array) => createHash("sha256").update(data).digest();

/** One authenticator with one passkey. */
export class SoftwareAuthenticator {
  readonly #options: SoftwareAuthenticatorOptions;
  readonly #keys: { readonly publicKey: KeyObject; readonly privateKey: KeyObject };
  readonly id = randomBytes(32).toString("base64url");
  #userHandle: string | null = null;
  #counter = 0;

  constructor(options: SoftwareAuthenticatorOptions) {
    this.#options = options;
    this.#keys = keyPair(options.algorithm ?? "ES256");
  }

  /** Answers `navigator.credentials.create`. @returns JSON of the `PublicKeyCredential` */
  create(creation: Creation, deviations: Deviations = {}): string {
    this.#userHandle = creation.user.id;
    const id = Buffer.from(this.id, "base64url");
    const length = Buffer.alloc(2);
    length.writeUInt16BE(id.length);
    const credential = Buffer.concat([Buffer.alloc(16), length, id, this.#coseKey()]);
    const authData = this.#authenticatorData(creation.rp.id, deviations, credential);
    const attestation = cbor(
      new Map<string, unknown>([
        ["fmt", "none"],
        ["attStmt", new Map()],
        ["authData", authData],
      ]),
    );
    return this.#answer({
      clientDataJSON: this.#clientData("webauthn.create", creation.challenge, deviations).toString(
        "base64url",
      ),
      attestationObject: attestation.toString("base64url"),
      transports: ["internal", "hybrid"],
    });
  }

  /** Answers `navigator.credentials.get`. @returns JSON of the `PublicKeyCredential` */
  get(request: Request, deviations: Deviations = {}): string {
    if (this.#options.counts) this.#counter += 1;
    const clientData = this.#clientData("webauthn.get", request.challenge, deviations);
    const authData = this.#authenticatorData(request.rpId, deviations);
    const signed = Buffer.concat([authData, sha256(clientData)]);
    if (deviations.tampered) signed[signed.length - 1] = (signed.at(-1) ?? 0) ^ 1;
    const userHandle = deviations.userHandle === undefined ? this.#userHandle : deviations.userHandle;
    return this.#answer({
      clientDataJSON: clientData.toString("base64url"),
      authenticatorData: authData.toString("base64url"),
      signature: this.#sign(signed).toString("base64url"),
      userHandle,
    });
  }

  #answer(response: object): string {
    const { id } = this;
    return JSON.stringify({ id, rawId: id, type: "public-key", response, clientExtensionResults: {} });
  }

  #clientData(type: string, challenge: string, deviations: Deviations): Buffer {
    const { origin = this.#options.origin, crossOrigin = false } = deviations;
    return Buffer.from(JSON.stringify({ type: deviations.type ?? type, challenge, origin, crossOrigin }));
  }

  #authenticatorData(rpId: string, deviations: Deviations, credential = Buffer.alloc(0)): Buffer {
    const { backupEligible = this.#options.backupEligible ?? true, userVerified = true } = deviations;
    const set =
      flags.userPresent |
      (userVerified ? flags.userVerified : 0) |
      (backupEligible ? flags.backupEligible | flags.backedUp : 0) |
      (credential.length > 0 ? flags.credential : 0);
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(deviations.counter ?? this.#counter);
    return Buffer.concat([sha256(deviations.rpId ?? rpId), Buffer.from([set]), counter, credential]);
  }

  #sign(data: Buffer): Buffer {
    const { privateKey } = this.#keys;
    return privateKey.asymmetricKeyType === "ed25519"
      ? sign(null, data, privateKey)
      : createSign("sha256").update(data).sign(privateKey);
  }

  /** @see RFC 9053, section 7 */
  #coseKey(): Buffer {
    const {
      kty,
      x = "",
      y = "",
      n = "",
      e = "",
    } = this.#keys.publicKey.export({ format: "jwk" }) as JsonWebKey;
    const bytes = (text: string) => Buffer.from(text, "base64url");
    const entries: [number, number | Buffer][] =
      kty === "EC"
        ? [
            [1, 2],
            [3, -7],
            [-1, 1],
            [-2, bytes(x)],
            [-3, bytes(y)],
          ]
        : kty === "OKP"
          ? [
              [1, 1],
              [3, -8],
              [-1, 6],
              [-2, bytes(x)],
            ]
          : [
              [1, 3],
              [3, -257],
              [-1, bytes(n)],
              [-2, bytes(e)],
            ];
    return cbor(new Map(entries));
  }
}

function keyPair(algorithm: "ES256" | "EdDSA" | "RS256") {
  if (algorithm === "ES256") return generateKeyPairSync("ec", { namedCurve: "P-256" });
  if (algorithm === "EdDSA") return generateKeyPairSync("ed25519");
  return generateKeyPairSync("rsa", { modulusLength: 2048 });
}

/** Encodes integers, texts, bytes and maps. @see RFC 8949 */
function cbor(value: unknown): Buffer {
  if (typeof value === "number") return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === "string")
    return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value]);
  if (!(value instanceof Map)) throw new TypeError("not encoded here");
  return Buffer.concat([head(5, value.size), ...[...value].flat().map(cbor)]);
}

function head(kind: number, value: number): Buffer {
  const first = kind << 5;
  if (value < 24) return Buffer.from([first | value]);
  if (value < 256) return Buffer.from([first | 24, value]);
  return Buffer.from([first | 25, value >> 8, value & 255]);
}

/** Keys derived from `HUB_SECRETS`: one per purpose, so that no value serves another purpose. */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
  timingSafeEqual,
} from "node:crypto";

/** Signs and seals for one purpose, with the newest secret. Verifies and opens with every secret that is still listed. */
export interface PurposeKeys {
  /** 32 hex characters over `text`. */
  sign(text: string): string;
  isSignature(text: string, signature: string): boolean;
  /** Authenticated encryption, base64url; opening requires the same `boundTo`. */
  seal(text: string, boundTo: string): string;
  /** @returns `null` for anything that this hub did not seal for this purpose and `boundTo` */
  open(sealed: string, boundTo: string): string | null;
}

/** Values that the form key signs. A value that was signed for one of them is not accepted for another. */
export type SignedValue =
  | "account-form"
  | "account-question"
  | "ask-before-form"
  | "chosen-session"
  | "device-form"
  | "factor-form"
  | "interaction-form"
  | "link-form"
  | "login-ticket"
  | "passkey-challenge"
  | "verified-password";

/** Signs values that a browser sends back. */
export interface FormKeys {
  /** 32 hex characters over `value` and `text`. */
  sign(value: SignedValue, text: string): string;
  isSignature(value: SignedValue, text: string, signature: string): boolean;
}

/** The hub's own keys, one for each purpose. A room names those that it needs. */
export interface HubKeys {
  /** Signs the tokens of forms, login tickets included. */
  readonly form: FormKeys;
  /** Seals what the hub keeps in a browser or in an address for a while. */
  readonly note: PurposeKeys;
  /** Seals the cookie of a known browser. */
  readonly browser: PurposeKeys;
  /** Verifies that `doctor` has the same secrets. */
  readonly doctor: PurposeKeys;
  /** Seals the secrets of one-time codes, in the database and in the form that confirms one. */
  readonly totp: PurposeKeys;
  /** Seals the issuer's signing keys in the database. */
  readonly signingKey: PurposeKeys;
  /** Seals sign-ins with other providers, in the browser. */
  readonly upstream: PurposeKeys;
  /** Chains the entries of the audit trail. */
  readonly audit: PurposeKeys;
}

/** @param secrets newest first */
export function hubKeys(secrets: readonly string[]): HubKeys {
  return {
    form: formKeys(secrets),
    note: purposeKeys(secrets, "note"),
    browser: purposeKeys(secrets, "browser"),
    doctor: purposeKeys(secrets, "doctor"),
    totp: purposeKeys(secrets, "totp"),
    signingKey: purposeKeys(secrets, "signing-key"),
    upstream: purposeKeys(secrets, "upstream"),
    audit: purposeKeys(secrets, "audit"),
  };
}

function formKeys(secrets: readonly string[]): FormKeys {
  const keys = purposeKeys(secrets, "form");
  // No name of a value has a colon, so the text cannot continue it.
  return {
    sign: (value, text) => keys.sign(`${value}:${text}`),
    isSignature: (value, text, signature) => keys.isSignature(`${value}:${text}`, signature),
  };
}

/**
 * @param secrets newest first
 * @param purpose part of the derivation, for example `login-ticket`
 */
export function purposeKeys(secrets: readonly string[], purpose: string): PurposeKeys {
  const keys = secrets.map((secret) => ({
    mac: derive(secret, `${purpose}:mac`),
    seal: derive(secret, `${purpose}:seal`),
  }));
  const [newest] = keys;
  if (newest === undefined) throw new Error("purposeKeys needs at least one secret");
  return {
    sign: (text) => mac(newest.mac, text),
    isSignature: (text, signature) => keys.some((key) => isEqual(mac(key.mac, text), signature)),
    seal: (text, boundTo) => seal(newest.seal, text, boundTo),
    open(sealed, boundTo) {
      for (const key of keys) {
        const text = open(key.seal, sealed, boundTo);
        if (text !== null) return text;
      }
      return null;
    },
  };
}

/** 256 random bits as 64 hex characters. */
export function randomToken(): string {
  return randomBytes(32).toString("hex");
}

/** Compares in constant time; texts of different lengths are unequal. */
export function isEqual(left: string, right: string): boolean {
  const a = Buffer.from(left);
  const b = Buffer.from(right);
  return a.length === b.length && timingSafeEqual(a, b);
}

/** A key object. From bytes, Node would make one for each signature, which takes seven times as long as the signature. */
function derive(secret: string, label: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync("sha256", secret, "gatehouse", label, 32)));
}

function mac(key: KeyObject, text: string): string {
  return createHmac("sha256", key).update(text).digest("hex").slice(0, 32);
}

function seal(key: KeyObject, text: string, boundTo: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(boundTo));
  return Buffer.concat([nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]).toString(
    "base64url",
  );
}

function open(key: KeyObject, sealed: string, boundTo: string): string | null {
  const bytes = Buffer.from(sealed, "base64url");
  if (bytes.length < 28) return null;
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, 12), { authTagLength: 16 });
  decipher.setAAD(Buffer.from(boundTo)).setAuthTag(bytes.subarray(-16));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString("utf8");
  } catch {
    return null; // The tag is wrong: not sealed by this hub, changed, or bound to something else.
  }
}

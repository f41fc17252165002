/** Makes certificates: DER by hand, because Node reads them and makes none. */
import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";

const sequence = 0x30;
const set = 0x31;
const objectIdentifier = 0x06;
const bitString = 0x03;

interface KeyAndCertificate {
  readonly key: string;
  readonly cert: string;
}

/**
 * @param name the DNS name it is for
 * @param endsInDays days from now; negative: expired
 */
export function createSelfSignedCertificate(name: string, endsInDays = 1): KeyAndCertificate {
  const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return certify(name, keys, { name, privateKey: keys.privateKey }, { endsInDays });
}

/** A certificate of a private authority. @returns its key, itself, and the certificate of the authority */
export function createIssuedCertificate(name: string): KeyAndCertificate & { readonly authority: string } {
  const authorityKeys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const authority = { name: "Authority of a test", privateKey: authorityKeys.privateKey };
  return {
    ...certify(name, keys, authority, {}),
    authority: certify(authority.name, authorityKeys, authority, { isAuthority: true }).cert,
  };
}

/** @see RFC 5280, section 4.1 */
function certify(
  name: string,
  { publicKey, privateKey }: { readonly publicKey: KeyObject; readonly privateKey: KeyObject },
  issuer: { readonly name: string; readonly privateKey: KeyObject },
  { endsInDays = 1, isAuthority = false },
): KeyAndCertificate {
  const ecdsaWithSha256 = der(sequence, der(objectIdentifier, Buffer.from("2a8648ce3d040302", "hex")));
  const day = 86_400_000;
  const validity = der(sequence, utcTime(Date.now() - 3 * day), utcTime(Date.now() + endsInDays * day));
  const extension = isAuthority
    ? // basicConstraints, critical, CA
      der(
        sequence,
        der(objectIdentifier, Buffer.from("551d13", "hex")),
        Buffer.from("0101ff", "hex"),
        der(0x04, Buffer.from("30030101ff", "hex")),
      )
    : // subjectAltName
      der(
        sequence,
        der(objectIdentifier, Buffer.from("551d11", "hex")),
        der(0x04, der(sequence, der(0x82, Buffer.from(name)))),
      );
  const signed = der(
    sequence,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([isAuthority ? 1 : 2])),
    ecdsaWithSha256,
    commonName(issuer.name),
    validity,
    commonName(name),
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, der(sequence, extension)),
  );
  const signature = Buffer.concat([Buffer.from([0]), sign("sha256", signed, issuer.privateKey)]);
  const certificate = der(sequence, signed, ecdsaWithSha256, der(bitString, signature));
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${certificate.toString("base64")}\n-----END CERTIFICATE-----\n`,
  };
}

function commonName(name: string): Buffer {
  const attribute = der(
    sequence,
    der(objectIdentifier, Buffer.from("550403", "hex")),
    der(0x0c, Buffer.from(name)),
  );
  return der(sequence, der(set, attribute));
}

function der(tag: number, ...contents: Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const head = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...head]), content]);
}

function utcTime(milliseconds: number): Buffer {
  const text = new Date(milliseconds).toISOString().replace(/[-:T]|\.\d+/g, "");
  return der(0x17, Buffer.from(text.slice(2)));
}

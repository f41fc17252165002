/** Makes a certificate that nobody has signed but itself: DER by hand, because Node reads them and makes none. */
import { generateKeyPairSync, sign } from "node:crypto";

const sequence = 0x30;
const set = 0x31;
const objectIdentifier = 0x06;
const bitString = 0x03;

/**
 * @param name the DNS name it is for
 * @param endsInDays days from now; negative: expired
 * @see RFC 5280, section 4.1
 */
export function createSelfSignedCertificate(
  name: string,
  endsInDays = 1,
): { readonly key: string; readonly cert: string } {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const ecdsaWithSha256 = der(sequence, der(objectIdentifier, Buffer.from("2a8648ce3d040302", "hex")));
  const commonName = der(
    sequence,
    der(objectIdentifier, Buffer.from("550403", "hex")),
    der(0x0c, Buffer.from(name)),
  );
  const issuer = der(sequence, der(set, commonName));
  const day = 86_400_000;
  const validity = der(sequence, utcTime(Date.now() - 3 * day), utcTime(Date.now() + endsInDays * day));
  const subjectAltName = der(
    sequence,
    der(objectIdentifier, Buffer.from("551d11", "hex")),
    der(0x04, der(sequence, der(0x82, Buffer.from(name)))),
  );
  const signed = der(
    sequence,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    ecdsaWithSha256,
    issuer,
    validity,
    issuer,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, der(sequence, subjectAltName)),
  );
  const signature = Buffer.concat([Buffer.from([0]), sign("sha256", signed, privateKey)]);
  const certificate = der(sequence, signed, ecdsaWithSha256, der(bitString, signature));
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${certificate.toString("base64")}\n-----END CERTIFICATE-----\n`,
  };
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

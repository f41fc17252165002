/** A certificate authority of one test run, and its certificates. Its key is never written to a file. */
import { createHash, generateKeyPairSync, randomBytes } from "node:crypto";

/**
 * @typedef {object} Authority
 * @property {string} certificate PEM
 * @property {string} fingerprint of its public key, as Chromium's `--ignore-certificate-errors-spki-list` takes it
 * @property {(name: string) => { chain: string, key: string }} issue for a domain and every name right below it, PEM
 */

const lifeMilliseconds = 86_400_000;

/**
 * @returns {Promise<Authority>}
 */
export async function makeAuthority() {
  // Not imported at the top: the importing program may have yet to install the packages.
  const { default: forge } = await import("node-forge");
  const { pki } = forge;

  /** @param {string} commonName */
  const begin = (commonName) => {
    const { publicKey, privateKey } = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
    });
    const certificate = pki.createCertificate();
    certificate.publicKey = pki.publicKeyFromPem(publicKey);
    certificate.serialNumber = `00${randomBytes(16).toString("hex")}`;
    certificate.validity.notBefore = new Date(Date.now() - lifeMilliseconds);
    certificate.validity.notAfter = new Date(Date.now() + lifeMilliseconds);
    certificate.setSubject([{ name: "commonName", value: commonName }]);
    return { certificate, privateKey, key: pki.privateKeyFromPem(privateKey) };
  };

  const root = begin("Gatehouse test authority");
  root.certificate.setIssuer(root.certificate.subject.attributes);
  root.certificate.setExtensions([
    { name: "basicConstraints", cA: true, critical: true },
    { name: "keyUsage", keyCertSign: true, critical: true },
    { name: "subjectKeyIdentifier" },
  ]);
  root.certificate.sign(root.key, forge.md.sha256.create());
  const certificate = pki.certificateToPem(root.certificate);
  const publicKey = Buffer.from(
    forge.asn1.toDer(pki.publicKeyToAsn1(root.certificate.publicKey)).getBytes(),
    "binary",
  );

  return {
    certificate,
    fingerprint: createHash("sha256").update(publicKey).digest("base64"),
    issue: (name) => {
      const leaf = begin(name);
      leaf.certificate.setIssuer(root.certificate.subject.attributes);
      leaf.certificate.setExtensions([
        { name: "basicConstraints", cA: false },
        { name: "keyUsage", digitalSignature: true, critical: true },
        { name: "extKeyUsage", serverAuth: true },
        {
          name: "subjectAltName",
          altNames: [
            { type: 2, value: name },
            { type: 2, value: `*.${name}` },
          ],
        },
      ]);
      leaf.certificate.sign(root.key, forge.md.sha256.create());
      return { chain: pki.certificateToPem(leaf.certificate) + certificate, key: leaf.privateKey };
    },
  };
}

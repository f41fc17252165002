import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { createServer, get } from "node:https";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { fingerprintOf, makeAuthority } from "./nginx-front.ts";

test("a certificate is for its domain and every name right below it, and Node trusts it by its authority", async () => {
  const { authority, issue } = await makeAuthority();
  const { chain, key } = await issue("gatehouse.test");
  const server = createServer({ cert: chain, key }, (_, response) => response.end("hello")).listen(
    0,
    "127.0.0.1",
  );
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const reach = (servername: string, ca: string) =>
    new Promise((resolve) => {
      const request = get({ host: "127.0.0.1", port, servername, ca, agent: false }, (response) =>
        resolve(response.resume().statusCode),
      );
      request.once("error", (error) => resolve("code" in error ? error.code : error.message));
    });
  for (const name of ["gatehouse.test", "login.gatehouse.test"])
    expect(await reach(name, authority), name).toBe(200);
  for (const name of ["corner-shop.test", "a.b.gatehouse.test"])
    expect(await reach(name, authority), name).toBe("ERR_TLS_CERT_ALTNAME_INVALID");
  expect(await reach("gatehouse.test", (await makeAuthority()).authority)).not.toBe(200);
  server.close();
});

test("RFC 7469 2.4 the fingerprint is the hash of the authority's public key", async () => {
  const { authority } = await makeAuthority();
  const key = new X509Certificate(authority).publicKey.export({ type: "spki", format: "der" });
  const hash = await crypto.subtle.digest("SHA-256", new Uint8Array(key));
  expect(fingerprintOf(authority)).toBe(Buffer.from(hash).toString("base64"));
});

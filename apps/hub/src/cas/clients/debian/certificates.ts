/** A certificate authority for one run, and a certificate of its for every host of the run. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface Certificates {
  /** The certificate authority that clients trust, in PEM. */
  readonly authorityFile: string;
  readonly keyFile: string;
  readonly certificateFile: string;
  readonly key: string;
  readonly certificate: string;
}

/** @param directory where the files go */
export async function createCertificates(directory: string, hosts: readonly string[]): Promise<Certificates> {
  const path = (name: string): string => join(directory, name);
  const common = [
    "req",
    "-x509",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
    "-days",
    "2",
  ];
  await run("openssl", [
    ...common,
    ...[
      "-subj",
      "/CN=Authority of this run",
      "-keyout",
      path("authority.key"),
      "-out",
      path("authority.pem"),
    ],
  ]);
  await run("openssl", [
    ...common,
    ...["-subj", "/CN=Hosts of this run", "-keyout", path("hosts.key"), "-out", path("hosts.pem")],
    ...["-CA", path("authority.pem"), "-CAkey", path("authority.key")],
    ...["-addext", `subjectAltName=${hosts.map((host) => `DNS:${host}`).join(",")}`],
    ...["-addext", "basicConstraints=critical,CA:FALSE"],
  ]);
  const [key, certificate] = await Promise.all(
    ["hosts.key", "hosts.pem"].map((name) => readFile(path(name), "utf8")),
  );
  return {
    authorityFile: path("authority.pem"),
    keyFile: path("hosts.key"),
    certificateFile: path("hosts.pem"),
    key: key ?? "",
    certificate: certificate ?? "",
  };
}

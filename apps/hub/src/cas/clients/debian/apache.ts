/** Debian's Apache with a configuration of its own, in a folder of its own, ended by its process id. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { eventually } from "../../../test-support/eventually.ts";
import type { Certificates } from "./certificates.ts";

const modules = "/usr/lib/apache2/modules";
const always = ["mpm_prefork", "authn_core", "authz_core", "authz_user", "ssl", "cgi", "dir", "env", "mime"];

export interface VirtualHost {
  readonly name: string;
  readonly documents: string;
  /** Apache modules to load, without `mod_`. */
  readonly modules: readonly string[];
  /** Directives, besides those that every host has. */
  readonly directives: string;
}

export interface Apache {
  /** Lines of its error log. */
  errors(): Promise<string>;
  stop(): Promise<void>;
}

export async function startApache(options: {
  readonly directory: string;
  readonly port: number;
  readonly certificates: Certificates;
  readonly hosts: readonly VirtualHost[];
}): Promise<Apache> {
  const { directory, port } = options;
  const configuration = join(directory, "apache.conf");
  await writeFile(configuration, render(options));
  // It ends with the test that started it, however that ends.
  const server = spawn(
    "setpriv",
    ["--pdeathsig=TERM", "apache2", "-D", "FOREGROUND", "-f", configuration],
    // A group of its own: when Apache ends, it ends everything in its group.
    { stdio: ["ignore", "ignore", "pipe"], detached: true },
  );
  let said = "";
  server.stderr.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  const log = join(directory, "error.log");
  const errors = async (): Promise<string> => said + (existsSync(log) ? await readFile(log, "utf8") : "");
  await eventually(async () => {
    if (server.exitCode !== null) throw new Error(`Apache did not start: ${await errors()}`);
    // Written once it takes requests; it listens before, and ends if it does not like its configuration.
    if (!existsSync(join(directory, "apache.pid"))) throw new Error("Apache is not ready");
    await knock(port);
  });
  return { errors, stop: () => stop(server) };
}

async function knock(port: number): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  socket.destroy();
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = once(server, "exit");
  server.kill("SIGTERM");
  await ended;
}

function render({ directory, port, certificates, hosts }: Parameters<typeof startApache>[0]): string {
  const php = readdirSync(modules).find((name) => /^libphp.*\.so$/.test(name)) ?? "libphp.so";
  return `ServerRoot ${directory}
ServerName localhost
Listen 127.0.0.1:${port}
PidFile ${directory}/apache.pid
ErrorLog ${directory}/error.log
Mutex file:${directory}
${[...always, ...new Set(hosts.flatMap((host) => host.modules))].map((name) => `LoadModule ${name}_module ${modules}/mod_${name}.so`).join("\n")}
LoadModule php_module ${modules}/${php}
${process.getuid?.() === 0 ? "User www-data\nGroup www-data" : ""}
StartServers 3
MinSpareServers 2
MaxRequestWorkers 12
TypesConfig /etc/mime.types
AddHandler application/x-httpd-php .php
AddHandler cgi-script .cgi
php_admin_value session.save_path ${directory}/state
php_admin_value sys_temp_dir ${directory}/state
${hosts
  .map(
    ({ name, documents, directives }) => `<VirtualHost 127.0.0.1:${port}>
ServerName ${name}
DocumentRoot ${documents}
<Directory ${documents}>
Options +ExecCGI
Require all granted
</Directory>
SSLEngine on
SSLCertificateFile ${certificates.certificateFile}
SSLCertificateKeyFile ${certificates.keyFile}
${directives}
</VirtualHost>`,
  )
  .join("\n")}
`;
}

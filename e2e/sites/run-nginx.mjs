/**
 * `node run-nginx.mjs <nginx> <nginx.conf>`: runs nginx until it is told to end or the parent process exits. The parent
 * opens a channel (`stdio: "ipc"`), which closes with the parent, even under kill -9.
 */
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";

const [, , program = "", settings = ""] = process.argv;
const directory = dirname(settings);
const nginx = spawn(
  program,
  ["-p", directory, "-e", join(directory, "error.log"), "-c", settings, "-g", "daemon off;"],
  { stdio: "inherit" },
);
const end = () => nginx.kill("SIGTERM");
process.on("SIGTERM", end);
process.on("disconnect", end);
nginx.once("error", (error) => process.stderr.write(`${error.message}\n`));
nginx.once("close", (code) => process.exit(code ?? 1));

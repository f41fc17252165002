/**
 * Serves the built files from memory: they are 130 kB with their compressed forms. Own code, because the libraries read a
 * file for every request: one ends the process when the file has gone since the start, another takes ten times the
 * processor time (docs/decisions/0031).
 */
import { existsSync, globSync, readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, join } from "node:path";

/** Every file under this path is named by its content. */
const namedByContent = "/_next/static/";
const immutable = "public, max-age=31536000, immutable";

const types: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};
/** Content codings by preference, and how the build names such a file. */
const codings = [
  ["br", ".br"],
  ["gzip", ".gz"],
] as const;

interface StaticFile {
  readonly type: string;
  readonly content: Buffer;
  /** By coding; empty for a file that is compressed by itself. */
  readonly compressed: ReadonlyMap<string, Buffer>;
}

/**
 * Reads the files of a folder. The returned function answers a request for one of them, and returns false, with the
 * response unchanged, for every other address.
 *
 * @param versioned addresses that name the content in their query, so that browsers can cache them
 */
export function readStaticFiles(
  directory: string,
  versioned: ReadonlySet<string>,
): (request: IncomingMessage, response: ServerResponse) => boolean {
  const files = new Map<string, StaticFile>();
  for (const name of globSync("**/*.{css,js,svg,woff2}", { cwd: directory })) {
    const file = join(directory, name);
    const found = codings.filter(([, ending]) => existsSync(file + ending));
    files.set(`/${name}`, {
      type: types[extname(name)] ?? "",
      content: readFileSync(file),
      compressed: new Map(found.map(([coding, ending]) => [coding, readFileSync(file + ending)])),
    });
  }
  return (request, response) => {
    const { url = "", headers } = request;
    const path = url.split("?", 1)[0] ?? "";
    const file = files.get(path);
    if (file === undefined) return false;
    const coding = codings.find(
      ([name]) => file.compressed.has(name) && acceptsCoding(headers["accept-encoding"], name),
    )?.[0];
    const body = (coding && file.compressed.get(coding)) ?? file.content;
    response.writeHead(200, {
      "content-type": file.type,
      "content-length": body.byteLength,
      // Another version is not cached: while two hubs of different versions run behind one address, each may be asked for
      // the other's.
      "cache-control":
        path.startsWith(namedByContent) || versioned.has(url) ? immutable : "public, max-age=0",
      ...(file.compressed.size > 0 && { vary: "accept-encoding" }),
      ...(coding && { "content-encoding": coding }),
    });
    response.end(request.method === "HEAD" ? undefined : body);
    return true;
  };
}

/** @see RFC 9110, section 12.5.3 */
export function acceptsCoding(header: string | string[] | undefined, coding: string): boolean {
  return String(header ?? "")
    .split(",")
    .some((entry) => {
      const [name, weight = ""] = entry.split(";").map((part) => part.trim());
      return name === coding && !/^q=0(?:\.0*)?$/.test(weight);
    });
}

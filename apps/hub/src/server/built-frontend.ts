/** The frontend in production: fills the built document with rendered components, and serves the built files. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { readDocument, type ScreenHtml, styleSourcesOf } from "../screen/document.ts";
import type { AnyScreen } from "../screen/screen.ts";
import { StartError } from "../settings/start-errors.ts";
import type { Frontend } from "./frontend.ts";
import { createPageEncoder } from "./page-encoding.ts";
import { acceptsCoding, readStaticFiles } from "./static-files.ts";

/**
 * Opens what `build-screens.ts` made.
 *
 * @param directory `dist`
 * @throws StartError when it is not there
 */
export async function openBuiltFrontend(directory: string): Promise<Frontend> {
  const built = await loadBuild(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT" && error.code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new StartError(
      "the hub's screens are not built. Build them with npx turbo run build --filter=@gatehouse/hub, or start by npm start.",
    );
  });
  requireFiles(built.document, join(directory, "files"));
  const frontend = createBuiltFrontend({ ...built, files: join(directory, "files") });
  // V8 compiles functions at their first call, and the first user should not wait for that.
  built.renderScreen({ name: "home", model: { signUp: null, sites: [] } });
  return frontend;
}

/** A build that runs at the same time replaces the folder. */
function requireFiles(document: string, directory: string): void {
  const [address] =
    [...document.matchAll(/(?<=")\/(?:_next\/static|assets)\/[^"?]+/g)].find(
      ([address]) => !existsSync(join(directory, address)),
    ) ?? [];
  if (address === undefined) return;
  throw new StartError(
    `the hub's screens are not completely built: ${address} is missing. Build them again.`,
  );
}

interface Build {
  readonly document: string;
  readonly renderScreen: (screen: AnyScreen) => ScreenHtml;
}

async function loadBuild(directory: string): Promise<Build> {
  const document = readFileSync(join(directory, "document.html"), "utf8");
  const module: typeof import("../../app/render-screen.tsx") = await import(
    pathToFileURL(join(directory, "render-screen.mjs")).href
  );
  return { document, renderScreen: module.renderScreen };
}

/** @param build `files`: folder of the files that browsers load */
export function createBuiltFrontend(build: Build & { readonly files: string }): Frontend {
  const { start, fill } = readDocument(build.document);
  const encode = createPageEncoder(start);
  const versioned = new Set(build.document.match(/(?<=")\/assets\/[^"]+\?v=[^"]+(?=")/g));
  return {
    styleSources: styleSourcesOf(build.document),
    async draw(request, response, screen, { status, headers }) {
      const plain = Buffer.from(fill(build.renderScreen(screen)));
      const isEncoded = acceptsCoding(request.headers["accept-encoding"], "gzip");
      const page = isEncoded ? encode(plain) : plain;
      response.statusCode = status;
      if (isEncoded) response.setHeader("content-encoding", "gzip");
      response.setHeader("content-type", "text/html; charset=utf-8");
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      response.setHeader("content-length", page.byteLength);
      response.end(request.method === "HEAD" ? undefined : page);
    },
    serveFile: readStaticFiles(build.files, versioned),
  };
}

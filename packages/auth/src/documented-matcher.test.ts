import { readFileSync } from "node:fs";
import { join } from "node:path";
import { unstable_doesMiddlewareMatch as matches } from "next/experimental/testing/server.js";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "../../..");

/** Documents with a proxy.ts that sites copy. */
const documents = ["README.md", "packages/auth/README.md", "docs/guides/add-a-site.md"];

/** The matcher of the document's proxy.ts. */
function documentedMatcher(document: string): string {
  const line = /matcher: \[("[^\n]*")\] \}/.exec(readFileSync(join(root, document), "utf8"));
  return JSON.parse(line?.[1] ?? "");
}

describe.each(documents)("the matcher in %s", (document) => {
  const covers = (path: string) =>
    matches({
      config: { matcher: documentedMatcher(document) },
      url: `https://news.example${path}`,
      nextConfig: {},
    });

  test.each([
    "/",
    "/members",
    "/files/report.pdf",
    "/u/jane.doe",
    "/a.b/c",
    "/.well-known/things",
    "/apis",
    "/api-docs",
    "/_nextdoor",
    "/nothing/here.html?page=1.2",
  ])("covers %s", (path) => {
    expect(covers(path)).toBe(true);
  });

  test.each(["/api/auth/session", "/api/stock", "/_next/static/chunks/main.js", "/_next/image"])(
    "excludes %s",
    (path) => {
      expect(covers(path)).toBe(false);
    },
  );
});

import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { siteSchema, siteSchemaFile } from "./site-schema.ts";

const sitesDirectory = resolve(import.meta.dirname, "../../sites");
const committed = JSON.parse(readFileSync(siteSchemaFile, "utf8"));
const files = readdirSync(sitesDirectory).filter((file) => file.endsWith(".json"));

test("site.schema.json says what the parser says (else: node src/site-registry/site-schema.ts)", () => {
  expect(committed).toEqual(siteSchema());
});

test("the first-party registrations exist", () =>
  expect(files).toEqual(["bank.json", "budget.json", "shop.json"]));

test.each(files)("%s conforms to the schema and names it for editors", (file) => {
  const site = JSON.parse(readFileSync(resolve(sitesDirectory, file), "utf8"));
  expect(z.fromJSONSchema(committed).safeParse(site).error?.issues).toBeUndefined();
  expect(resolve(sitesDirectory, site.$schema)).toBe(siteSchemaFile);
});

const guide = readFileSync(
  resolve(import.meta.dirname, "../../../../docs/guides/connect-an-openid-connect-site.md"),
  "utf8",
);
test.each(Object.keys(committed.properties.oidc.properties))("the guide explains oidc.%s", (field) => {
  expect(guide).toMatch(new RegExp(`^\\| \`oidc\\.${field}\` \\| \\S`, "m"));
});

test("the schema refuses what the parser refuses", () => {
  const refused = z.fromJSONSchema(committed);
  const site = { id: "x", name: "X", url: "https://x.example/", firstParty: true };
  expect(refused.safeParse(site).success).toBe(true);
  for (const wrong of [{ id: "X" }, { name: "" }, { unknown: 1 }, { cas: { services: [] } }, { secret: {} }])
    expect(refused.safeParse({ ...site, ...wrong }).success, JSON.stringify(wrong)).toBe(false);
});

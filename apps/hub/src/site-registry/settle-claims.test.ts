import { describe, expect, test } from "vitest";
import type { ReadFile } from "./read-registrations.ts";
import { parseRegistration, type RegisteredSite, RegistrationError } from "./registered-site.ts";
import { acceptRegistrations } from "./settle-claims.ts";

/** A site's file, by its name and what it claims at one host. */
function file(id: string, ...paths: string[]): ReadFile & { readonly site: RegisteredSite } {
  const services = paths.map((path) => `https://shared.example${path}`);
  const text = JSON.stringify({
    id,
    name: id,
    url: `https://${id}.example/`,
    firstParty: true,
    cas: { services },
  });
  return { file: `${id}.json`, site: parseRegistration(`${id}.json`, text, () => undefined) };
}
const wrong = (id: string): ReadFile => ({
  file: `${id}.json`,
  error: new RegistrationError(`${id}.json`, "name", "is wrong"),
});
const registered = (...files: readonly ReturnType<typeof file>[]) =>
  new Map(files.map(({ site }) => [site.id, site]));

/** Paths of each accepted site, and file and field of each refusal; `*` marks a site that keeps its previous registration. */
function outcome(read: readonly ReadFile[], before = registered()) {
  const { sites, refused } = acceptRegistrations(read, before);
  return {
    sites: Object.fromEntries(
      [...sites.values()].map(({ id, cas }) => [
        id,
        cas?.services.map(({ text }) => new URL(text).pathname).join(" "),
      ]),
    ),
    refused: refused.map(({ error, kept }) => `${kept ? "*" : ""}${error.file}: ${error.field}`),
  };
}

test("sites that claim different addresses of one host are all accepted", () => {
  expect(outcome([file("a", "/a/**"), file("b", "/b/**", "/c")])).toEqual({
    sites: { a: "/a/**", b: "/b/** /c" },
    refused: [],
  });
});

test("of two new sites that claim one address the first by name is accepted, and the other learns the owner", () => {
  const { sites, refused } = acceptRegistrations(
    [file("a", "/app/*"), file("b", "/b", "/app/callback")],
    registered(),
  );
  expect([...sites.keys()]).toEqual(["a"]);
  expect(refused.map(({ error }) => error.message)).toEqual([
    'b.json: cas.services.1: overlaps with services of the site a, which has registered "https://shared.example/app/*"',
  ]);
});

test("a site may claim an address twice, and one without services claims nothing", () => {
  const plain: ReadFile = { file: "b.json", site: { ...file("b", "/").site, cas: undefined } };
  expect(outcome([file("a", "/**", "/callback"), plain]).refused).toEqual([]);
});

test("a registered site keeps its addresses, whatever the name of the new file", () => {
  const read = [file("a", "/**"), file("shop", "/shop")];
  expect(outcome(read, registered(file("shop", "/shop")))).toEqual({
    sites: { shop: "/shop" },
    refused: ["a.json: cas.services.0"],
  });
});

test("a site that changes to another's address stays as it was", () => {
  const before = registered(file("bank", "/bank"), file("shop", "/shop"));
  expect(outcome([file("bank", "/shop"), file("shop", "/shop")], before)).toEqual({
    sites: { bank: "/bank", shop: "/shop" },
    refused: ["*bank.json: cas.services.0"],
  });
});

test("a site kept from an earlier good version keeps its addresses", () => {
  const before = registered(file("shop", "/shop"));
  expect(outcome([file("a", "/shop"), wrong("shop")], before)).toEqual({
    sites: { shop: "/shop" },
    refused: ["a.json: cas.services.0", "*shop.json: name"],
  });
});

test("an address that a site releases is free in the same reading", () => {
  const before = registered(file("bank", "/bank"), file("shop", "/shop"));
  expect(outcome([file("bank", "/shop"), file("shop", "/bank")], before).refused).toEqual([]);
  expect(outcome([file("a", "/shop"), file("bank", "/bank")], before).refused).toEqual([]);
});

test("an address that a site gives up, but keeps because its new one is refused, is not given away", () => {
  const before = registered(file("a", "/a"), file("b", "/b"), file("c", "/c"));
  // b moves to c's address, which stays c's; so b keeps its own, and a cannot have it.
  expect(outcome([file("a", "/b"), file("b", "/c"), file("c", "/c")], before)).toEqual({
    sites: { a: "/a", b: "/b", c: "/c" },
    refused: ["*a.json: cas.services.0", "*b.json: cas.services.0"],
  });
});

test("thousands of sites are settled quickly, each at its own host or all at one", () => {
  const many = Array.from({ length: 3000 }, (_, index) => `s${index}`);
  const atOwnHost = many.map((id) => {
    const text = file(id, "/a", "/b/*", "/c/**");
    const services =
      text.site.cas?.services.map((one) => ({ ...one, origin: `https://${id}.example` })) ?? [];
    return { ...text, site: { ...text.site, cas: text.site.cas && { ...text.site.cas, services } } };
  });
  const atOne = many.slice(0, 1000).map((id) => file(id, `/${id}/**`));
  expect(acceptRegistrations(atOwnHost, registered()).sites.size).toBe(3000);
  expect(acceptRegistrations(atOne, registered()).sites.size).toBe(1000);
});

describe("2.7.1 proxy targets are registered sites", () => {
  const withTargets = (id: string, ...targets: string[]): ReadFile => {
    const { site, file: name } = file(id, `/${id}`);
    const cas = site.cas && { ...site.cas, proxy: { callbacks: [], targets } };
    return { file: name, site: { ...site, cas } };
  };
  const messages = (...read: ReadFile[]) =>
    acceptRegistrations(read, registered()).refused.map(({ error }) => error.message);

  test("two that name each other, and one that names itself, are accepted", () => {
    expect(messages(withTargets("a", "b", "a"), withTargets("b", "a"))).toEqual([]);
  });

  test("an unregistered target is refused with its position; the others are accepted", () => {
    const { sites, refused } = acceptRegistrations(
      [withTargets("a", "b", "shoop"), withTargets("b", "a")],
      registered(),
    );
    expect(refused.map(({ error }) => error.message)).toEqual([
      'a.json: cas.proxy.targets.1: names "shoop", which is not a registered site',
    ]);
    expect([...sites.keys()]).toEqual(["b"]);
  });

  test("one that does not speak CAS is refused", () => {
    const plain: ReadFile = { file: "b.json", site: { ...file("b", "/").site, cas: undefined } };
    expect(messages(withTargets("a", "b"), plain)).toEqual([
      "a.json: cas.proxy.targets.0: names b, whose registration has no section cas",
    ]);
  });

  test("a target with a wrong file counts as registered: a wrong file invalidates no other", () => {
    expect(messages(withTargets("a", "b"), wrong("b"))).toEqual(["b.json: name: is wrong"]);
  });
});

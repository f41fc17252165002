import { parseService } from "@gatehouse/cas/server";
import { describe, expect, test } from "vitest";
import type { RegisteredSite } from "../site-registry/registered-site.ts";
import { destinationOf, loginAddress, repeatedFields } from "./login-address.ts";

describe("the fields that a form repeats", () => {
  const sent = new Map([
    ["name", "alice"],
    ["service", "https://shop.example/in"],
    ["TARGET", "https://wiki.example/"],
    ["renew", "true"],
    ["method", "POST"],
    ["return", "/oidc/interaction/1"],
    ["site", "shop"],
    ["password", "secret"],
    ["lt", "LT-1"],
  ]);

  test("are those of the destination, never the password or a ticket", () => {
    expect(repeatedFields(sent).map(({ name }) => name)).toEqual([
      ...["service", "TARGET", "renew", "method", "return", "site", "name"],
    ]);
    expect(repeatedFields(sent)[0]).toEqual({ name: "service", value: "https://shop.example/in" });
  });

  test("omit those that are excluded, empty or not sent", () => {
    const fields = repeatedFields(new Map([...sent, ["method", ""]]), ["renew", "name"]);
    expect(fields.map(({ name }) => name)).toEqual(["service", "TARGET", "return", "site"]);
    expect(repeatedFields(new Map())).toEqual([]);
  });

  test("make an address with the same parameters", () => {
    expect(loginAddress(repeatedFields(sent, ["TARGET", "renew", "method", "return", "site"]))).toBe(
      "/cas/login?service=https%3A%2F%2Fshop.example%2Fin&name=alice",
    );
    expect(loginAddress([])).toBe("/cas/login");
  });
});

describe("the site that a sign-in is for", () => {
  const site = (id: string, popup: boolean) => ({ id, cas: { popup }, oidc: { popup } }) as RegisteredSite;
  const sites = [site("shop", true), site("bank", false), { id: "api" } as RegisteredSite];
  const needs = {
    sites: {
      find: (id: string) => sites.find((one) => one.id === id),
      findByService: ({ normalForm }: { readonly normalForm: string }) =>
        sites.find(({ id }) => new URL(normalForm).hostname === `${id}.example`),
    },
  };
  const flow = "/oidc/interaction/1";

  test.each<[string, string | null, Record<string, string>, string | undefined, boolean | undefined]>([
    ["a service of a site with a popup", "https://shop.example/", {}, "shop", true],
    ["a service of a site without one", "https://bank.example/", {}, "bank", false],
    ["a service that is not registered", "https://evil.example/", { site: "shop" }, undefined, undefined],
    ["a service and another site", "https://bank.example/", { site: "shop", return: flow }, "bank", false],
    ["a site with a flow to return to", null, { site: "shop", return: flow }, "shop", true],
    ["a site without a flow", null, { site: "shop" }, "shop", false],
    ["a site with another page to return to", null, { site: "shop", return: "/account" }, "shop", false],
    ["a path that only contains a flow", null, { site: "shop", return: `/x${flow}` }, "shop", false],
    ["a site that signs nobody in", null, { site: "api", return: flow }, "api", undefined],
    ["a site that is not registered", null, { site: "evil", return: flow }, undefined, undefined],
    ["nothing", null, {}, undefined, false],
  ])("%s", (_, service, parameters, id, keepsOpener) => {
    const found = destinationOf(
      needs,
      { service: service === null ? null : parseService(service) },
      new Map(Object.entries(parameters)),
    );
    expect([found.site?.id, found.keepsOpener]).toEqual([id, keepsOpener]);
  });
});

/** A release of oidc-provider that renames a member stops the start. */

import { expect, test } from "vitest";
import { StartError } from "../../settings/start-errors.ts";
import { Provider } from "./provider.ts";
import { createProvider, expectInternals, internals } from "./provider-internals.ts";

const provider = new Provider("https://hub.example/oidc", {
  features: {
    devInteractions: { enabled: false },
    deviceFlow: { enabled: true },
    introspection: { enabled: true },
    revocation: { enabled: true },
  },
});

/** Takes a member away, as a release that renames it would. @returns what puts it back */
function remove(path: readonly string[]): () => void {
  const name = path.at(-1) ?? "";
  const holder = at(path.slice(0, -1));
  if (Array.isArray(holder)) {
    const value = holder.filter((one) => one !== name);
    return put(at(path.slice(0, -2)), "IN_PAYLOAD", { value });
  }
  if (path[0] === "pathFor") {
    const { pathFor } = provider;
    const value = (...args: Parameters<typeof pathFor>) => {
      if (args[0] === name) throw new Error("No route found");
      return pathFor.apply(provider, args);
    };
    return put(provider, "pathFor", { value });
  }
  let owner = holder;
  while (!Object.hasOwn(owner, name)) owner = Object.getPrototypeOf(owner);
  return put(owner, name, undefined);
}

function at(path: readonly string[]): object {
  return path.reduce<object>((of, name) => Reflect.get(of, name), provider);
}

function put(owner: object, name: string, descriptor: PropertyDescriptor | undefined): () => void {
  const original = Object.getOwnPropertyDescriptor(owner, name);
  Reflect.deleteProperty(owner, name);
  if (descriptor !== undefined) Object.defineProperty(owner, name, { ...descriptor, configurable: true });
  return () => {
    Reflect.deleteProperty(owner, name);
    if (original !== undefined) Object.defineProperty(owner, name, original);
  };
}

test("the installed version has every member", () => {
  expect(() => expectInternals(provider)).not.toThrow();
  expect(internals.length).toBeGreaterThan(40);
});

test.each(internals)("without %s the hub refuses to start, and says so in one sentence", (member) => {
  const putBack = remove(member.split("."));
  const message = `The installed oidc-provider differs from the one the hub was written for in ${member}: install the version in package-lock.json with npm ci.`;
  expect(() => expectInternals(provider)).toThrow(new StartError(message));
  putBack();
});

test("a function with other parameters counts as missing", () => {
  const putBack = put(provider.Client.prototype, "compareClientSecret", { value: () => true });
  expect(() => expectInternals(provider)).toThrow("Client.prototype.compareClientSecret");
  putBack();
});

test("no provider is created without a member, or with an unknown response mode", () => {
  const create = (modes: Parameters<typeof createProvider>[2]) => () =>
    createProvider("https://hub.example/oidc", { features: { introspection: { enabled: false } } }, modes);
  expect(create({})).toThrow("pathFor.introspection");
  expect(create({ form_post: () => {} })).not.toThrow("registerResponseMode");
  expect(create({ fragment_post: () => {} })).toThrow("registerResponseMode.fragment_post");
});

import { describe, expect, test } from "vitest";
import { describeIssuerError, type IssuerError } from "./error-words.ts";

const wrong: IssuerError = {
  code: "invalid_request",
  description: "missing required parameter(s) 'client_id'",
  expired: false,
  signingOut: false,
  site: undefined,
};
const said = (over: Partial<IssuerError>) => {
  const { title, sentences } = describeIssuerError({ ...wrong, ...over });
  return [title, ...sentences].join("\n");
};

describe("the page for a refused request", () => {
  test.each<[string, Partial<IssuerError>, string]>([
    ["an unknown site", { code: "invalid_client" }, "This site is not registered here"],
    ["an address that is not the site's", { code: "invalid_redirect_uri" }, "We cannot send you back"],
    ["a flow that has expired", { expired: true }, "This took too long"],
    ["a sign-out", { signingOut: true, code: "invalid_client" }, "You were not signed out"],
    ["a fault of ours", { code: "server_error", signingOut: true }, "Something went wrong here"],
    ["anything else", {}, "This did not work"],
  ])("for %s has its own title and advice", (_, over, title) => {
    expect(said(over)).toMatch(new RegExp(`^${title}\n`));
    expect(said(over)).toMatch(/\b(go back|go to)\b/i);
  });

  test("uses everyday words; the terms of the protocol are for the operators of the site", () => {
    for (const over of [
      {},
      { code: "invalid_client" },
      { code: "invalid_redirect_uri" },
      { signingOut: true },
    ]) {
      expect(said(over)).not.toMatch(/client|redirect|uri|parameter|invalid|_/i);
      expect(describeIssuerError({ ...wrong, ...over }).forItsPeople).toMatch(/client_id|redirect_uri/);
    }
  });

  test("names the site with a wrong address, and does not claim that the site sent the user", () => {
    const words = said({ code: "invalid_redirect_uri", site: "Harbour Bank" });
    expect(words).toContain("an address that Harbour Bank has not registered here");
    expect(words).not.toMatch(/Harbour Bank (sent|asked)/);
  });

  test("without a description has no incomplete sentence", () => {
    expect(describeIssuerError({ ...wrong, description: "" }).forItsPeople).toBeUndefined();
  });
});

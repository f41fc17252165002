import { expect } from "vitest";
import type { ApiOptions } from "../api/api-options.ts";
import { ApiRefusal } from "../api/api-refusal.ts";
import { type ApiHandlers, protectApi } from "../api/protect-api.ts";
import type { LogEntry } from "../log/site-log.ts";
import { IssuerInTest } from "./issuer-in-test.ts";

export const siteSecret = "a secret/of the+bank: äöü, 40 characters long";
export const address = "https://bank.example/api/accounts";

type Choices = Pick<ApiOptions<string>, "cacheSeconds" | "appPasswords" | "origins">;

/** A site's API with a hub on a socket and a clock that tests set. */
export class ApiInTest {
  readonly hub = new IssuerInTest();
  readonly log: LogEntry[] = [];
  now = Date.now();

  /** Makes the exports of a route file. */
  make(choices: Choices = {}, environment: Record<string, string> = {}): ApiHandlers {
    const settings = { HUB_URL: this.hub.url, SITE_URL: "https://bank.example", SITE_SECRET: siteSecret };
    const protect = protectApi(
      {
        site: "bank",
        realm: "harbour-bank",
        path: "/api",
        scopes: ["accounts.read", "transfers.write"],
        logger: (entry) => this.log.push(entry),
        ...choices,
      },
      { environment: { ...settings, ...environment }, now: () => this.now, shared: {} },
    );
    return protect({
      GET: {
        scope: "accounts.read",
        answer: (request, { personId, siteId }) => {
          if (request.url.endsWith("?fail")) throw new Error("of the site");
          if (request.url.endsWith("?refuse")) throw new ApiRefusal(422, "not_enough", "There is less.");
          return Response.json({ personId, siteId });
        },
      },
      POST: { scope: "transfers.write", answer: async (request) => new Response(await request.text()) },
    });
  }
}

export const withToken = (token: string, url = address) =>
  new Request(url, { headers: { authorization: `Bearer ${token}` } });

/** Status, challenge and the code in the body. */
export async function told(answer: Response) {
  const { error } = (await answer.json()) as { error: string };
  return [answer.status, answer.headers.get("www-authenticate"), error];
}

/** The result of `told` for a refusal by a code of RFC 6750. */
const refused = (status: number, error: string) => [
  status,
  expect.stringMatching(
    new RegExp(`^Bearer realm="harbour-bank", error="${error}", error_description="[^"\\\\]+"$`),
  ),
  error,
];
export const invalidToken = refused(401, "invalid_token");
export const malformed = refused(400, "invalid_request");
export const cannot = [503, null, "temporarily_unavailable"];

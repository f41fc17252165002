/**
 * Answers POST requests for the issuer's pages with a redirect to GET. A form that another site posts comes without the
 * hub's cookies, which are `SameSite=Lax`; the GET has them. The form is not parsed here: it becomes the query of the GET,
 * byte for byte, so that both have the same result.
 *
 * @see OpenID Connect Core 1.0, section 3.1.2.1; RP-Initiated Logout 1.0, section 2
 */
import { randomBytes } from "node:crypto";
import type { OidcArtifactStore } from "@gatehouse/database";
import { type Route, route, seeOther } from "../../http/route.ts";

/** Longest query that proxies pass on in a redirect, in characters; many allow 4 kB for all headers of a response. */
const longestQuery = 2000;
/** Lifetime of a stored query: long enough to follow the redirect and to reload. */
const lifeSeconds = 600;
const kind = "PostedRequest";
const keptQuery = /^posted=([A-Za-z0-9_-]{32})$/;

const pages = ["/oidc/auth", "/oidc/session/end"];

export interface PostedRequestNeeds {
  readonly oidcArtifacts: Pick<OidcArtifactStore, "upsert">;
}

export const postedRequestRoutes = (needs: PostedRequestNeeds): Route[] =>
  pages.map((path) => askAgain(needs, path));

/** Asks for the page by GET, with the same parameters. */
function askAgain(needs: PostedRequestNeeds, path: string): Route {
  return route({
    method: "POST",
    path,
    caller: "anyone",
    antiForgery: "changes-nothing",
    sends: "raw-form",
    speaks: "html",
    async answer(_call, { rawQuery, rawForm }) {
      const query = [rawQuery, asQuery(rawForm)].filter(Boolean).join("&");
      if (query.length <= longestQuery) return seeOther(query === "" ? path : `${path}?${query}`);
      return seeOther(`${path}?posted=${await keep(needs, query)}`);
    },
  });
}

/** The route path of a page: oidc-provider ignores case and a trailing slash. */
export function pathOfPage(method: string | undefined, path: string): string | undefined {
  const spelt = path.toLowerCase().replace(/\/$/, "");
  return method === "POST" && pages.includes(spelt) ? spelt : undefined;
}

/**
 * The query that `?posted=…` names, or the query itself.
 *
 * @returns `undefined` when the stored query has expired
 */
export async function postedQuery(
  oidcArtifacts: Pick<OidcArtifactStore, "find">,
  query: string,
): Promise<string | undefined> {
  const id = keptQuery.exec(query)?.[1];
  if (id === undefined) return query;
  const kept = (await oidcArtifacts.find(kind, id))?.payload.query;
  return typeof kept === "string" ? kept : undefined;
}

async function keep({ oidcArtifacts }: PostedRequestNeeds, query: string): Promise<string> {
  const id = randomBytes(24).toString("base64url");
  await oidcArtifacts.upsert(id, { kind, payload: { query }, lifeSeconds });
  return id;
}

/** A form has the syntax of a query; characters that no address may hold are percent-encoded. */
function asQuery(form: Uint8Array): string {
  const encode = (sign: string) => `%${sign.charCodeAt(0).toString(16).padStart(2, "0").toUpperCase()}`;
  return Buffer.from(form)
    .toString("latin1")
    .replace(/[^!-~]|[#\\]/g, encode);
}

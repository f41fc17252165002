/**
 * The issuer's pages are asked for by POST too. A form that another site has the browser post comes without our
 * cookies, which are `SameSite=Lax`; the GET that it is answered with has them. Nothing is read here: what the form
 * holds is the query of that GET, byte for byte, so that both have the same outcome.
 *
 * @see OpenID Connect Core 1.0, section 3.1.2.1; RP-Initiated Logout 1.0, section 2
 */
import { randomBytes } from "node:crypto";
import type { Database } from "@gatehouse/database";
import { type Route, route, seeOther } from "../http/route.ts";

/** What an address may hold on its way through proxies, in characters; many keep 4 kB for all headers of an answer. */
const longestQuery = 2000;
/** Until the browser has followed the redirect, and for a reload. */
const lifeSeconds = 600;
const kind = "PostedRequest";
const keptQuery = /^posted=([A-Za-z0-9_-]{32})$/;

const pages = ["/oidc/auth", "/oidc/session/end"];

/** Asks for the page by GET, with the same parameters. */
function askAgain(path: string): Route {
  return route({
    method: "POST",
    path,
    caller: "anyone",
    antiForgery: "changes-nothing",
    sends: "raw-form",
    speaks: "html",
    async answer({ hub }, { rawQuery, rawForm }) {
      const query = [rawQuery, asQuery(rawForm)].filter(Boolean).join("&");
      if (query.length <= longestQuery) return seeOther(query === "" ? path : `${path}?${query}`);
      return seeOther(`${path}?posted=${await keep(hub.database, query)}`);
    },
  });
}

export const postedRequests: readonly Route[] = pages.map(askAgain);

/** The path of a page as its route has it: oidc-provider goes by no case, and not by a slash at the end. */
export function pathOfPage(method: string | undefined, path: string): string | undefined {
  const spelt = path.toLowerCase().replace(/\/$/, "");
  return method === "POST" && pages.includes(spelt) ? spelt : undefined;
}

/**
 * The query that an address stands for.
 *
 * @returns `undefined` when it was kept, and is no longer
 */
export async function postedQuery({ oidcArtifacts }: Database, query: string): Promise<string | undefined> {
  const id = keptQuery.exec(query)?.[1];
  if (id === undefined) return query;
  const kept = (await oidcArtifacts.find(kind, id))?.payload.query;
  return typeof kept === "string" ? kept : undefined;
}

async function keep({ oidcArtifacts }: Database, query: string): Promise<string> {
  const id = randomBytes(24).toString("base64url");
  await oidcArtifacts.upsert(id, { kind, payload: { query }, lifeSeconds });
  return id;
}

/** A form is made like a query; what no address may hold is percent-encoded. */
function asQuery(form: Uint8Array): string {
  const encode = (sign: string) => `%${sign.charCodeAt(0).toString(16).padStart(2, "0").toUpperCase()}`;
  return Buffer.from(form)
    .toString("latin1")
    .replace(/[^!-~]|[#\\]/g, encode);
}

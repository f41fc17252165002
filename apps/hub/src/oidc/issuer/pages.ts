/** Pages of the issuer, drawn like every other page of the hub, once oidc-provider has said what it has to say. */

import type { Drawn } from "../../http/route.ts";
import type { Hub } from "../../hub.ts";
import { whoIsTold } from "../../logout/goodbye.ts";
import { pictureSources } from "../../logout/picture-sources.ts";
import { isEqual } from "../../secret-keys.ts";
import { flowOf, freshFlow, readNote, writeNote } from "../../sign-in/login-form.ts";
import { requestOf, wayToRestart } from "../interaction/restart.ts";
import { currentSession, isSigningOut, showPage } from "../store/request-context.ts";
import { issuerErrorWords } from "./error-words.ts";
import type { IssuerSurroundings } from "./issuer.ts";
import { requestIdOf } from "./outage.ts";
import type { KoaContextWithOIDC } from "./provider.ts";
import { signOutSecret } from "./provider-internals.ts";

type Surroundings = Pick<Hub, "database" | "sites" | "cookies" | "keys" | "log" | "siteClock">;
type Pages = Pick<
  IssuerSurroundings,
  "explain" | "askSignOut" | "noteSignOut" | "saySignedOut" | "leaveSignedOut"
>;

export function createIssuerPages(hub: Surroundings): Pages {
  return {
    explain: (ctx, error) => explain(hub, ctx, error),
    noteSignOut: (ctx) => noteSignOut(hub, ctx),
    askSignOut: (ctx) => (isNamed(ctx) ? signOutAtOnce(hub, ctx) : askSignOut(ctx)),
    saySignedOut: (ctx) => saySignedOut(hub, ctx),
    leaveSignedOut: (ctx) => signOutAtOnce(hub, ctx),
  };
}

async function explain(
  hub: Surroundings,
  ctx: KoaContextWithOIDC,
  error: Parameters<Pages["explain"]>[1],
): Promise<void> {
  const words = issuerErrorWords({
    ...error,
    signingOut: isSigningOut(),
    site: ctx.oidc.client?.clientName,
  });
  const reference = requestIdOf(ctx.res);
  const params = ctx.oidc.entities.Interaction?.params;
  const restart = params && wayToRestart(hub, new URLSearchParams(requestOf(params)));
  const wayOn = restart && { label: `Continue to ${restart.site.name}`, href: restart.address };
  show(ctx, {
    screen: { name: "refused", model: { ...words, code: error.code, reference, wayOn } },
    status: Math.max(ctx.status, 400),
  });
}

const askSignOut: Pages["askSignOut"] = async (ctx) => {
  const { client } = ctx.oidc;
  show(ctx, {
    screen: {
      name: "sign-out",
      model: {
        action: new URL(ctx.oidc.urlFor("end_session_confirm")).pathname,
        hidden: [{ name: "xsrf", value: signOutSecret(ctx) }],
        site:
          client === undefined
            ? null
            : { name: client.clientName ?? client.clientId, host: hostOf(client.clientUri) },
      },
    },
  });
};

/**
 * Tells the next page which session has ended, as `/cas/logout` knows by itself; this answer redirects. Leaves nothing else
 * about the user in the browser.
 */
function noteSignOut(hub: Surroundings, ctx: KoaContextWithOIDC): void {
  const session = currentSession();
  if (session === null) return;
  const flow = freshFlow(hub);
  ctx.append("set-cookie", [
    flow.cookie,
    writeNote(hub, flow.id, { ended: session.id, askedBy: ctx.oidc.client?.clientId ?? "" }),
  ]);
}

/** The page after `/cas/logout`: which sites are told, and the messages that this browser has to bring them. */
async function saySignedOut(hub: Surroundings, ctx: KoaContextWithOIDC): Promise<void> {
  // She has signed in again since, and came back by the browser's button or by an old address.
  if (currentSession() !== null) return ctx.redirect("/account");
  const browser = { header: headerOf(ctx) };
  const { ended, askedBy } = readNote(hub, browser, flowOf(hub, browser).id);
  const sessionIds = ended === undefined ? [] : [ended];
  const { sites, stays, frontChannel } = await whoIsTold(
    { logoutDeliveries: hub.database.logoutDeliveries, sites: hub.sites, siteClock: hub.siteClock },
    { log: hub.log },
    sessionIds,
    askedBy,
  );
  show(ctx, {
    screen: {
      name: "logged-out",
      model: { sites, stays, wasSignedIn: ended !== undefined, frontChannel, continueTo: null },
    },
    pictureSources: pictureSources(frontChannel),
  });
}

/**
 * Whether the site names her session as it and the hub alone know it: she pressed its button, and a page elsewhere
 * that would sign her out could not. CAS asks nobody either.
 *
 * @see RP-Initiated Logout 1.0, section 2 (logout_hint)
 */
function isNamed({ oidc: { client, session, params } }: KoaContextWithOIDC): boolean {
  const sid = client === undefined ? undefined : session?.authorizations?.[client.clientId]?.sid;
  return sid !== undefined && isEqual(sid, String(params?.logout_hint ?? ""));
}

/** Ends the central session, as the form's answer would. Its sites are told by the outbox. */
async function signOutAtOnce(hub: Surroundings, ctx: KoaContextWithOIDC): Promise<void> {
  const { session, params } = ctx.oidc;
  await session?.destroy();
  noteSignOut(hub, ctx);
  // In place of one that was made for what is over now.
  const written = [ctx.res.getHeader("set-cookie") ?? []].flat().map(String);
  const others = written.filter((cookie) => !cookie.startsWith(`${hub.cookies.nameOf("session")}=`));
  ctx.set("set-cookie", [...others, hub.cookies.clear("session")]);
  const back = params?.post_logout_redirect_uri;
  const url = new URL(typeof back === "string" ? back : ctx.oidc.urlFor("end_session_success"));
  if (typeof back === "string" && typeof params?.state === "string")
    url.searchParams.set("state", params.state);
  ctx.status = 303;
  ctx.redirect(url.href);
}

function show(ctx: KoaContextWithOIDC, page: Drawn): void {
  // Drawn by Next after this; until then nothing is to be written.
  ctx.respond = false;
  showPage(page);
}

function headerOf(ctx: KoaContextWithOIDC): (name: string) => string | undefined {
  return (name) => ctx.get(name) || undefined;
}

function hostOf(address: string | undefined): string {
  return URL.parse(address ?? "")?.hostname ?? "";
}

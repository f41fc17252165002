/** Pages of the issuer. The hub draws them after oidc-provider has finished with the request. */

import { flowOf, startFlow } from "../../http/flow.ts";
import type { ScreenAnswer } from "../../http/route.ts";
import type { Log } from "../../log.ts";
import { pictureSources } from "../../logout/logout-message.ts";
import { findLogoutRecipients, type LogoutRecipientNeeds } from "../../logout/sign-out-answer.ts";
import { isEqual } from "../../settings/secret-keys.ts";
import { type NoteNeeds, readNote, writeNote } from "../../sign-in/login-form.ts";
import { requestOf, restartAddress } from "../interaction/restart.ts";
import { currentSession, isSigningOut, replaceResponse } from "../store/request-context.ts";
import { describeIssuerError } from "./error-words.ts";
import { requestIdOf } from "./outage.ts";
import type { KoaContextWithOIDC } from "./provider.ts";
import { signOutSecret } from "./provider-internals.ts";

export interface IssuerPageNeeds extends NoteNeeds, LogoutRecipientNeeds {
  readonly log: Log;
}

export interface IssuerPages {
  /** Draws a page about a request that cannot be answered by a redirect. */
  explain(
    ctx: KoaContextWithOIDC,
    error: { readonly code: string; readonly description: string; readonly expired: boolean },
  ): void;
  /** Asks whether to sign out, unless the site proves by a hint that the user already answered. */
  askSignOut(ctx: KoaContextWithOIDC): Promise<void>;
  /** Called when a session has ended because a site requested it, before the browser is redirected. */
  noteSignOut(ctx: KoaContextWithOIDC): void;
  /** Draws the page after a sign-out. */
  saySignedOut(ctx: KoaContextWithOIDC): Promise<void>;
  /** Redirects a browser that requests a sign-out and is already signed out. */
  leaveSignedOut(ctx: KoaContextWithOIDC): Promise<void>;
}

export function createIssuerPages(needs: IssuerPageNeeds): IssuerPages {
  return {
    explain: (ctx, error) => explain(needs, ctx, error),
    noteSignOut: (ctx) => noteSignOut(needs, ctx),
    askSignOut: async (ctx) => (isNamed(ctx) ? signOutAtOnce(needs, ctx) : askSignOut(ctx)),
    saySignedOut: (ctx) => saySignedOut(needs, ctx),
    leaveSignedOut: (ctx) => signOutAtOnce(needs, ctx),
  };
}

function explain(
  needs: IssuerPageNeeds,
  ctx: KoaContextWithOIDC,
  error: Parameters<IssuerPages["explain"]>[1],
): void {
  const words = describeIssuerError({
    ...error,
    signingOut: isSigningOut(),
    site: ctx.oidc.client?.clientName,
  });
  const reference = requestIdOf(ctx.res);
  const params = ctx.oidc.entities.Interaction?.params;
  const restart = params && restartAddress(needs, new URLSearchParams(requestOf(params)));
  const link = restart && { label: `Continue to ${restart.site.name}`, href: restart.address };
  show(ctx, {
    screen: { name: "refused", model: { ...words, code: error.code, reference, link } },
    status: Math.max(ctx.status, 400),
  });
}

function askSignOut(ctx: KoaContextWithOIDC): void {
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
}

/**
 * Tells the next page which session has ended, because this answer is a redirect. Removes everything else about the
 * user from the browser.
 */
function noteSignOut(needs: IssuerPageNeeds, ctx: KoaContextWithOIDC): void {
  const session = currentSession();
  if (session === null) return;
  const flow = startFlow(needs);
  ctx.append("set-cookie", [
    flow.cookie,
    needs.cookies.clear("pending"),
    writeNote(needs, flow.id, { ended: session.id, askedBy: ctx.oidc.client?.clientId ?? "" }),
  ]);
}

/** The page after `/cas/logout`: which sites are notified, and the messages that the browser delivers. */
async function saySignedOut(needs: IssuerPageNeeds, ctx: KoaContextWithOIDC): Promise<void> {
  // The user has signed in again and came back by the browser's back button or an old address.
  if (currentSession() !== null) return ctx.redirect("/account");
  const browser = { header: (name: string) => ctx.get(name) || undefined };
  const { ended, askedBy } = readNote(needs, browser, flowOf(needs, browser).id);
  const sessionIds = ended === undefined ? [] : [ended];
  const { sites, stays, frontChannel } = await findLogoutRecipients(needs, needs, sessionIds, askedBy);
  show(ctx, {
    screen: {
      name: "logged-out",
      model: {
        sites,
        stays,
        wasSignedIn: ended !== undefined,
        isEverywhere: false,
        frontChannel,
        continueTo: null,
      },
    },
    pictureSources: pictureSources(frontChannel),
  });
}

/**
 * Whether the request names the session by the `sid` that only the site and the hub know, by itself or in an ID token. Then
 * the user pressed a button of the site, and the sign-out needs no confirmation, as in CAS; another page could not name the
 * session.
 *
 * @see RP-Initiated Logout 1.0, section 2 (logout_hint, id_token_hint)
 */
function isNamed({ oidc: { client, entities, session, params } }: KoaContextWithOIDC): boolean {
  const sid = client === undefined ? undefined : session?.authorizations?.[client.clientId]?.sid;
  if (sid === undefined) return false;
  const named = [params?.logout_hint, entities.IdTokenHint?.payload.sid];
  return named.some((one) => typeof one === "string" && isEqual(sid, one));
}

/** Ends the central session, as a confirmation would. The logout queue notifies its sites. */
async function signOutAtOnce(needs: IssuerPageNeeds, ctx: KoaContextWithOIDC): Promise<void> {
  const { session, params } = ctx.oidc;
  await session?.destroy();
  noteSignOut(needs, ctx);
  // Replaces the cookie that oidc-provider wrote for the ended session.
  const written = [ctx.res.getHeader("set-cookie") ?? []].flat().map(String);
  const others = written.filter((cookie) => !cookie.startsWith(`${needs.cookies.nameOf("session")}=`));
  ctx.set("set-cookie", [...others, needs.cookies.clear("session")]);
  const back = params?.post_logout_redirect_uri;
  const url = new URL(typeof back === "string" ? back : ctx.oidc.urlFor("end_session_success"));
  if (typeof back === "string" && typeof params?.state === "string")
    url.searchParams.set("state", params.state);
  ctx.status = 303;
  ctx.redirect(url.href);
}

function show(ctx: KoaContextWithOIDC, page: ScreenAnswer): void {
  // The hub writes the response after this request.
  ctx.respond = false;
  replaceResponse(page);
}

function hostOf(address: string | undefined): string {
  return URL.parse(address ?? "")?.hostname ?? "";
}

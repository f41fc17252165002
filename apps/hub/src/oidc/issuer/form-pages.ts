/**
 * Replaces oidc-provider's pages with self-submitting forms, which show nothing without JavaScript, and redirects that
 * answer a form of the hub and lead to a site, by pages of the hub.
 */

import { leavingPage } from "../../http/leaving-page.ts";
import type { SiteRegistry } from "../../site-registry/site-registry.ts";
import { replaceResponse } from "../store/request-context.ts";
import type { KoaContextWithOIDC, Provider } from "./provider.ts";
import type { ResponseMode } from "./provider-internals.ts";

type Sites = Pick<SiteRegistry, "find">;
/**
 * Answers `response_mode=form_post` with a page of the hub.
 *
 * @see OAuth 2.0 Form Post Response Mode, section 2
 */
export function formPost(sites: Sites): ResponseMode {
  return (ctx, action, payload) => {
    const site = sites.find(ctx.oidc.client?.clientId ?? "");
    const fields = Object.entries(payload).map(([name, value]) => ({ name, value: String(value) }));
    const { name = "", host = "" } = site ?? {};
    const refusal = ctx.status === 500 ? 500 : 400;
    const status = "error" in payload ? refusal : 200;
    replaceBody(ctx, status);
    replaceResponse({
      screen: { name: "ticket-form", model: { action, fields, site: { name, host } } },
      status,
      formsLeaveHub: true,
      keepsOpener: site?.oidc?.popup,
    });
  };
}

/**
 * @param answers.leave redirects a user who is already signed out, without a confirmation
 * @param answers.sayOver reports that a flow is over
 */
export function drawFormPages(
  provider: Provider,
  sites: Sites,
  answers: {
    readonly leave: (ctx: KoaContextWithOIDC) => Promise<void>;
    readonly sayOver: (ctx: KoaContextWithOIDC) => void;
  },
): void {
  provider.use(async (context, next) => {
    await next();
    const ctx = context as KoaContextWithOIDC;
    if (ctx.status === 303) return leaveByPage(ctx, sites);
    // The only bodies of these routes are forms that confirm a sign-out by themselves.
    if (typeof ctx.body !== "string") return;
    if (ctx.oidc.route === "end_session") return answers.leave(ctx);
    // Another user has signed in since the flow was answered; oidc-provider would sign that user out without asking.
    if (ctx.oidc.route !== "resume") return;
    replaceBody(ctx, 400);
    return answers.sayOver(ctx);
  });
}

function leaveByPage(ctx: KoaContextWithOIDC, sites: Sites): void {
  const { method, headers } = ctx.req;
  const location = ctx.response.get("location");
  const site = sites.find(ctx.oidc.client?.clientId ?? "");
  const hub = { hubUrl: new URL(ctx.oidc.issuer).origin, hasSession: true };
  const page = leavingPage({ method, headers, location, site }, hub);
  if (page === undefined) return;
  ctx.remove("location");
  replaceBody(ctx, 200);
  replaceResponse(page);
}

/** Clears the body: the hub draws the page later, with its own headers. */
function replaceBody(ctx: KoaContextWithOIDC, status: number): void {
  ctx.body = null;
  ctx.status = status;
  ctx.respond = false;
}

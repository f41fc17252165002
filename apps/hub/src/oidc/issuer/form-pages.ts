/**
 * Replaces two kinds of oidc-provider's answers by pages of the hub: pages with a self-submitting form, which are bare
 * without JavaScript; and redirects that answer a form of the hub and lead to a site.
 */
import type Provider from "oidc-provider";
import type { KoaContextWithOIDC } from "oidc-provider";
import { leavingPage } from "../../http/leaving-page.ts";
import type { SiteRegistry } from "../../site-registry/site-registry.ts";
import { showPage } from "../store/request-context.ts";

/**
 * @param answers.leave redirects a user who is already signed out, without a confirmation
 * @param answers.sayOver reports that a flow is over
 */
export function drawFormPages(
  provider: Provider,
  sites: SiteRegistry,
  answers: Readonly<Record<"leave" | "sayOver", (ctx: KoaContextWithOIDC) => Promise<void>>>,
): void {
  provider.use(async (context, next) => {
    await next();
    const ctx = context as KoaContextWithOIDC;
    const { body } = ctx;
    if (ctx.status === 303) return leaveByPage(ctx, sites);
    if (typeof body !== "string" || !/<form method="post"/.test(body)) return;
    if (ctx.oidc.route === "end_session") return answers.leave(ctx);
    // Another user has signed in since the flow was answered; oidc-provider would sign that user out without asking.
    if (ctx.oidc.route === "resume" && ctx.oidc.client === undefined) {
      replaceBody(ctx, 400);
      return answers.sayOver(ctx);
    }
    const site = sites.find(ctx.oidc.client?.clientId ?? "");
    if (site === undefined) return;
    const { action, fields } = readForm(body);
    const { status } = ctx;
    replaceBody(ctx, status);
    showPage({
      screen: { name: "ticket-form", model: { action, fields, site: { name: site.name, host: site.host } } },
      status,
      formsLeaveHub: true,
      keepsOpener: site.oidc?.popup,
    });
  });
}

function leaveByPage(ctx: KoaContextWithOIDC, sites: SiteRegistry): void {
  const { method, headers } = ctx.req;
  const location = ctx.response.get("location");
  const site = sites.find(ctx.oidc.client?.clientId ?? "");
  const hub = { hubUrl: new URL(ctx.oidc.issuer).origin, hasSession: true };
  const page = leavingPage({ method, headers, location, site }, hub);
  if (page === undefined) return;
  ctx.remove("location");
  replaceBody(ctx, 200);
  showPage(page);
}

/** Clears the body: Next renders the page later, with its own headers. */
function replaceBody(ctx: KoaContextWithOIDC, status: number): void {
  ctx.body = null;
  ctx.status = status;
  ctx.respond = false;
}

/** @see OAuth 2.0 Form Post Response Mode, section 2 */
function readForm(html: string) {
  const action = unescapeHtml(/action="([^"]*)"/.exec(html)?.[1] ?? "");
  const inputs = [...html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
  const fields = inputs.map(([, name = "", value = ""]) => ({ name, value: unescapeHtml(value) }));
  return { action, fields };
}

const signs: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };

/** Reverses oidc-provider's escaping. */
function unescapeHtml(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => signs[name] ?? "");
}

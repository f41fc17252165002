/**
 * Pages of oidc-provider's that hold nothing but a form which sends itself: a bare line and a small button where there
 * is no JavaScript. Here they are the hub's own, or are not needed.
 */
import type Provider from "oidc-provider";
import type { KoaContextWithOIDC } from "oidc-provider";
import type { SiteRegistry } from "../site-registry/site-registry.ts";
import { showPage } from "./central-session-view.ts";

/**
 * @param leave sends on whoever is signed out already: nothing is there to be confirmed
 */
export function drawFormPages(
  provider: Provider,
  sites: SiteRegistry,
  leave: (ctx: KoaContextWithOIDC) => Promise<void>,
): void {
  provider.use(async (context, next) => {
    await next();
    const ctx = context as KoaContextWithOIDC;
    const { body } = ctx;
    if (typeof body !== "string" || !/<form method="post"/.test(body)) return;
    if (ctx.oidc.route === "end_session") return leave(ctx);
    const site = sites.find(ctx.oidc.client?.clientId ?? "");
    if (site === undefined) return;
    const { action, fields } = readForm(body);
    const { status } = ctx;
    // Drawn by Next after this, with headers of its own.
    ctx.body = null;
    ctx.status = status;
    ctx.respond = false;
    showPage({
      screen: { name: "ticket-form", model: { action, fields, site: { name: site.name, host: site.host } } },
      status,
      formTargets: [originOf(action)],
    });
  });
}

/** @see OAuth 2.0 Form Post Response Mode, section 2 */
function readForm(html: string) {
  const action = unescapeHtml(/action="([^"]*)"/.exec(html)?.[1] ?? "");
  const inputs = [...html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
  const fields = inputs.map(([, name = "", value = ""]) => ({ name, value: unescapeHtml(value) }));
  return { action, fields };
}

const signs: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };

/** What oidc-provider escaped. */
function unescapeHtml(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => signs[name] ?? "");
}

/** A program on her own machine may have a scheme of its own. */
function originOf(address: string): string {
  const { origin, protocol } = new URL(address);
  return origin === "null" ? protocol : origin;
}

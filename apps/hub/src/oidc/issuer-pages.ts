/** Pages of the issuer, drawn like every other page of the hub, once oidc-provider has said what it has to say. */
import type { KoaContextWithOIDC } from "oidc-provider";
import type { Drawn } from "../http/route.ts";
import { showPage } from "./central-session-view.ts";
import type { IssuerSurroundings } from "./issuer.ts";

export const issuerPages: Pick<IssuerSurroundings, "explain" | "askSignOut" | "saySignedOut"> = {
  async explain(ctx, { code, description }) {
    show(ctx, {
      screen: {
        name: "refused",
        model: {
          title: "This did not work",
          sentences: [
            "A site sent you here with a request that cannot be answered. You were not signed in to it, and nothing was sent to it.",
            description === ""
              ? "Go back and try again."
              : `What was wrong, for the people of the site: ${description}.`,
          ],
          code,
          reference: String(ctx.res.getHeader("x-request-id") ?? ""),
        },
      },
      status: Math.max(ctx.status, 400),
    });
  },

  async askSignOut(ctx, form) {
    const secret = /name="xsrf" value="([A-Za-z0-9_-]+)"/.exec(form)?.[1] ?? "";
    const action = /action="([^"]+)"/.exec(form)?.[1] ?? "";
    const { client } = ctx.oidc;
    const state = ctx.oidc.session?.state as { postLogoutRedirectUri?: string } | undefined;
    const back = URL.parse(state?.postLogoutRedirectUri ?? "");
    show(ctx, {
      screen: {
        name: "sign-out",
        model: {
          action: new URL(action).pathname,
          hidden: [{ name: "xsrf", value: secret }],
          site:
            client === undefined
              ? null
              : { name: client.clientName ?? client.clientId, host: hostOf(client.clientUri) },
        },
      },
      formTargets: back === null ? [] : [back.origin],
    });
  },

  async saySignedOut(ctx) {
    show(ctx, {
      screen: {
        name: "logged-out",
        model: { sites: [], wasSignedIn: true, frontChannel: [], continueTo: null },
      },
    });
  },
};

function show(ctx: KoaContextWithOIDC, page: Drawn): void {
  // Drawn by Next after this; until then nothing is to be written.
  ctx.respond = false;
  showPage(page);
}

function hostOf(address: string | undefined): string {
  return URL.parse(address ?? "")?.hostname ?? "";
}

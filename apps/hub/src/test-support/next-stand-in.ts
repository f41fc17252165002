/**
 * Replaces Next at the server: writes the screen's model into a page instead of drawing it, so that tests of
 * the protocols need no build, and keeps what it was asked.
 */
import type { IncomingHttpHeaders } from "node:http";
import { readScreen, type Screens } from "../screen/screen.ts";
import type { NextHandler } from "../server/draw-screen.ts";

export interface NextRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  /** `null`: asked past the hub's routes, a page would answer `notFound()`. */
  readonly screen: keyof Screens | null;
}

const names: readonly (keyof Screens)[] = Object.keys({
  login: true,
  "choose-account": true,
  "ask-before": true,
  "ticket-form": true,
  leaving: true,
  "sign-out": true,
  consent: true,
  "device-code": true,
  "device-done": true,
  "logged-out": true,
  refused: true,
  home: true,
  account: true,
  "make-app-password": true,
  "app-password-made": true,
} satisfies Record<keyof Screens, true>) as (keyof Screens)[];

export function createNextStandIn(): { readonly next: NextHandler; readonly asked: NextRequest[] } {
  const asked: NextRequest[] = [];
  return {
    asked,
    async next(request, response) {
      const screen = names.find((name) => readScreen(name) !== null) ?? null;
      const { url = "", method = "", headers } = request;
      asked.push({ url, method, headers: { ...headers }, screen });
      response.setHeader("x-powered-by", "Next.js");
      response.writeHead(screen === null ? 404 : 200, { "content-type": "text/html" });
      response.write('<!DOCTYPE html><html lang="en"><head><script src="/_next/static/a.js"></script>');
      response.end(
        `<title>${screen}</title></head><body>${screen === null ? "" : modelElement(screen)}</body>`,
      );
    },
  };
}

function modelElement(name: keyof Screens): string {
  const json = JSON.stringify({ name, model: readScreen(name) });
  return `<pre id="model">${json.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`)}</pre>`;
}

/** A page that the stand-in wrote, read back; `null` for any other body. Dates are ISO texts. */
export function readModel(html: string): { readonly name: keyof Screens; readonly model: unknown } | null {
  const json = /<pre id="model">([\s\S]*?)<\/pre>/.exec(html)?.[1];
  if (json === undefined) return null;
  return JSON.parse(json.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code))));
}

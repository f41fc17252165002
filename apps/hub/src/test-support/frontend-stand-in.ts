/**
 * Replaces the built screens at the server: writes the screen's model into a page instead of rendering it, so that tests
 * of the protocols need no build, and keeps what it was asked.
 */
import type { Screens } from "../screen/screen.ts";
import { createBuiltFrontend } from "../server/built-frontend.ts";
import type { Frontend } from "../server/frontend.ts";

export interface FrontendStandIn {
  readonly frontend: Frontend;
  /** Names of the screens drawn. */
  readonly drawn: readonly (keyof Screens)[];
  /** Addresses of the files asked for, `/assets/enhance.js`. */
  readonly files: readonly string[];
}

export function createFrontendStandIn(): FrontendStandIn {
  const drawn: (keyof Screens)[] = [];
  const files: string[] = [];
  const built = createBuiltFrontend({
    document:
      '<!DOCTYPE html><html lang="en"><head><title>hole-of-the-title</title>' +
      '<meta name="referrer" content="hole-of-the-referrer"/></head><body>hole-of-the-body</body>',
    renderScreen(screen) {
      drawn.push(screen.name);
      return { title: screen.name, referrer: "same-origin", body: modelElement(screen) };
    },
    files: import.meta.dirname,
  });
  return {
    drawn,
    files,
    frontend: {
      ...built,
      serveFile({ url = "" }, response) {
        files.push(url);
        response.end(`the file ${url}`);
        return true;
      },
    },
  };
}

function modelElement(screen: object): string {
  const json = JSON.stringify(screen);
  return `<pre id="model">${json.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`)}</pre>`;
}

/** A page that the stand-in wrote, read back; `null` for any other body. Dates are ISO texts. */
export function readModel(html: string): { readonly name: keyof Screens; readonly model: unknown } | null {
  const json = /<pre id="model">([\s\S]*?)<\/pre>/.exec(html)?.[1];
  if (json === undefined) return null;
  return JSON.parse(json.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code))));
}

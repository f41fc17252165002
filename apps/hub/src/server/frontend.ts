import type { IncomingMessage, ServerResponse } from "node:http";
import type { AnyScreen } from "../screen/screen.ts";

export interface StatusAndHeaders {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
}

/** Draws the screens and serves the files that they load: from the build, or by Next in development. */
export interface Frontend {
  /** Sources of the styles of pages, for `style-src` in their policy. */
  readonly styleSources: readonly string[];
  /** @throws what drawing throws, with the response unchanged, so that it can carry an explanation */
  draw(
    request: IncomingMessage,
    response: ServerResponse,
    screen: AnyScreen,
    answer: StatusAndHeaders,
  ): Promise<void>;
  /** @returns false if there is no such file; the response is then unchanged */
  serveFile(request: IncomingMessage, response: ServerResponse): boolean | Promise<boolean>;
}

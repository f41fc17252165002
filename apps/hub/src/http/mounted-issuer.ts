import type { IncomingMessage, ServerResponse } from "node:http";
import type { ScreenAnswer } from "./route.ts";

/** The part of the path space that oidc-provider serves. */
export interface MountedIssuer {
  /** Whether the issuer, and no route, answers a request. */
  answers(method: string | undefined, path: string): boolean;
  /** The route path of a page of the issuer that a form was posted to; `undefined`: the path is none. */
  pathOfPage(method: string | undefined, path: string): string | undefined;
  /** Answers a request. @returns a page to draw, if the issuer has not written the answer itself */
  serve(request: IncomingMessage, response: ServerResponse): Promise<ScreenAnswer | undefined>;
}

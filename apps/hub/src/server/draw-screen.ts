/**
 * Draws a screen by Next. In production it removes the framework's scripts from the page: the hub's screens work without
 * them, and scripts that are not sent cannot be exploited (docs/decisions/0005).
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { type Screens, withScreen } from "../screen/screen.ts";

export type NextHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

const pathOf: Record<keyof Screens, string> = {
  login: "/cas/login",
  "choose-account": "/cas/choose-account",
  "ask-before": "/cas/ask-before",
  "ticket-form": "/cas/ticket-form",
  leaving: "/leaving",
  "sign-out": "/oidc/sign-out",
  consent: "/oidc/consent",
  "device-code": "/oidc/device",
  "device-done": "/oidc/device-done",
  "logged-out": "/cas/logout",
  refused: "/refused",
  home: "/",
  account: "/account",
  "make-app-password": "/account/app-passwords/new",
  "app-password-made": "/account/app-passwords/made",
};

/**
 * @param status replaces the 200 that Next answers with
 * @param headers replace what Next sets under the same name
 */
export async function drawScreen<Name extends keyof Screens>(
  next: NextHandler,
  request: IncomingMessage,
  response: ServerResponse,
  screen: { readonly name: Name; readonly model: Screens[Name] },
  answer: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string | readonly string[]>>;
    readonly keepScripts: boolean;
  },
): Promise<void> {
  const head = request.method === "HEAD";
  request.method = "GET";
  request.url = pathOf[screen.name];
  // A page holds tokens of a session beside text that an address can choose: the compressed length would reveal how much
  // they have in common (BREACH). The page is also changed below.
  delete request.headers["accept-encoding"];
  if (answer.keepScripts) return letNextAnswer(next, request, response, screen, answer);
  const page = await drawnBy(
    () => withScreen(screen.name, screen.model, () => next(request, response)),
    response,
  );
  // Next's own page for an error or a missing page is not a screen.
  if (response.statusCode !== 200) throw new Error(`Next answered ${response.statusCode} for ${request.url}`);
  const html = withoutFrameworkScripts(page);
  for (const name of ["x-powered-by", "vary", "content-encoding", "transfer-encoding", "etag", "link"])
    response.removeHeader(name);
  response.statusCode = answer.status;
  response.setHeader("content-type", "text/html; charset=utf-8");
  for (const [name, value] of Object.entries(answer.headers))
    response.setHeader(name, value as string | string[]);
  response.setHeader("content-length", Buffer.byteLength(html));
  response.end(head ? undefined : html);
}

/** For development: its pages stream for as long as the reload channel wants, so nothing can wait for their end. */
async function letNextAnswer<Name extends keyof Screens>(
  next: NextHandler,
  request: IncomingMessage,
  response: ServerResponse,
  screen: { readonly name: Name; readonly model: Screens[Name] },
  answer: { readonly status: number; readonly headers: Readonly<Record<string, string | readonly string[]>> },
): Promise<void> {
  const writeHead = response.writeHead.bind(response);
  response.writeHead = ((_: number, ...more: never[]) =>
    writeHead(answer.status, ...more)) as typeof response.writeHead;
  for (const [name, value] of Object.entries(answer.headers))
    response.setHeader(name, value as string | string[]);
  await withScreen(screen.name, screen.model, () => next(request, response));
}

/**
 * Text from users cannot contain a tag here, because React has escaped it. Inline scripts escape `</script`.
 * The hub's own scripts live under `/assets/` and stay.
 */
export function withoutFrameworkScripts(html: string): string {
  return html
    .replace(/<script\b(?![^>]*\ssrc="\/assets\/)[^>]*>[\s\S]*?<\/script>/g, "")
    .replace(
      /<link\b(?=[^>]*\brel="(?:preload|modulepreload)")(?=[^>]*\b(?:as="script"|href="[^"]*\.js"))[^>]*>/g,
      "",
    );
}

/** Collects the output of `draw`; after a failure the response is unchanged and can carry an explanation. */
async function drawnBy(draw: () => Promise<void>, response: ServerResponse): Promise<string> {
  const body = capture(response);
  try {
    await draw();
    return await body.finished;
  } finally {
    body.release();
  }
}

/** Collects what is written to a response instead of sending it. */
function capture(response: ServerResponse): { readonly finished: Promise<string>; release(): void } {
  const original = {
    write: response.write,
    end: response.end,
    writeHead: response.writeHead,
    flushHeaders: response.flushHeaders,
  };
  const chunks: Buffer[] = [];
  const { promise, resolve } = Promise.withResolvers<string>();
  const take = (chunk: unknown, encoding?: unknown): void => {
    if (typeof chunk === "string")
      chunks.push(Buffer.from(chunk, typeof encoding === "string" ? (encoding as BufferEncoding) : "utf8"));
    else if (chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk));
  };
  const callback = (args: readonly unknown[]): void => {
    const last = args.at(-1);
    if (typeof last === "function") queueMicrotask(last as () => void);
  };
  response.write = ((...args: unknown[]) => {
    take(args[0], args[1]);
    callback(args);
    return true;
  }) as typeof response.write;
  response.end = ((...args: unknown[]) => {
    take(args[0], args[1]);
    callback(args);
    resolve(Buffer.concat(chunks).toString("utf8"));
    return response;
  }) as typeof response.end;
  response.writeHead = ((status: number) => {
    response.statusCode = status;
    return response;
  }) as typeof response.writeHead;
  response.flushHeaders = () => undefined;
  return { finished: promise, release: () => Object.assign(response, original) };
}

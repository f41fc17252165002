/** Types for modules that come without them: only the parts that the tests in this folder use. */

declare module "express" {
  import type { IncomingMessage, ServerResponse } from "node:http";

  export interface Request extends IncomingMessage {
    /** Of `express.text`. */
    readonly body: unknown;
    /** Of http-cas-client. */
    readonly principal?: unknown;
    /** Of passport. */
    readonly user?: unknown;
    /** Of connect-cas2: what the hub answered. */
    readonly session: { readonly cas?: Readonly<Record<string, unknown>> };
    /** Of connect-cas2. */
    getProxyTicket(
      targetService: string,
      options: { readonly disableCache: boolean },
      done: (error: Error | null, ticket?: string) => void,
    ): void;
  }
  export interface Response extends ServerResponse {
    status(code: number): this;
    json(body: unknown): void;
    send(body: string): void;
    redirect(address: string): void;
  }
  export type Handler = (request: Request, response: Response, next: (error?: unknown) => void) => void;
  export interface Express {
    (request: IncomingMessage, response: ServerResponse): void;
    use(...handlers: readonly Handler[]): void;
    use(path: string, ...handlers: readonly Handler[]): void;
    get(path: string, ...handlers: readonly Handler[]): void;
    post(path: string, ...handlers: readonly Handler[]): void;
  }
  const express: { (): Express; text(options: { readonly type: string }): Handler };
  export default express;
}

declare module "express-session" {
  import type { Handler } from "express";

  export default function session(options: {
    readonly secret: string;
    readonly resave: boolean;
    readonly saveUninitialized: boolean;
  }): Handler;
}

declare module "http-cas-client/wrap/express-session.js" {
  import type { Request, Response } from "express";

  export default function createCasClient(options: {
    readonly cas: 2 | 3;
    readonly casServerUrlPrefix: string;
    readonly serverName: string;
    readonly client?: { readonly proxy?: { readonly acceptAny: boolean } };
  }): (request: Request, response: Response, next: (error?: unknown) => void) => Promise<void>;
}

declare module "passport" {
  import type { Handler } from "express";

  type Done = (error: null, result: unknown) => void;
  class Passport {
    use(strategy: object): void;
    initialize(): Handler;
    session(): Handler;
    authenticate(strategy: string): Handler;
    serializeUser(write: (user: unknown, done: Done) => void): void;
    deserializeUser(read: (stored: unknown, done: Done) => void): void;
  }
  const passport: { readonly Passport: typeof Passport };
  export default passport;
}

declare module "passport-cas" {
  export class Strategy {
    constructor(
      options: {
        readonly version: "CAS1.0" | "CAS3.0";
        readonly useSaml?: boolean;
        readonly ssoBaseURL: string;
        readonly serverBaseURL: string;
      },
      verify: (answered: unknown, done: (error: null, user: unknown) => void) => void,
    );
  }
}

declare module "connect-cas2" {
  import type { Handler } from "express";

  export default class ConnectCas {
    constructor(options: {
      readonly servicePrefix: string;
      readonly serverPath: string;
      readonly paths: {
        readonly validate: string;
        readonly serviceValidate?: string;
        readonly proxyCallback: string;
      };
      readonly slo?: boolean;
      readonly logger: () => () => void;
    });
    core(): Handler;
  }
}

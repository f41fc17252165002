/** Watches what the requests of a test write into the audit trail, and which secrets they carry. */
import type { AuditEntry } from "@gatehouse/database";
import { vi } from "vitest";
import type { Route } from "../http/route.ts";
import { type BrowserAnswer, TestBrowser, type TestHub } from "../test-hub.ts";
import { readModel } from "./frontend-stand-in.ts";

/**
 * Fields that are no secrets and may stand in the trail: names, addresses, ids. Every other value of a form, query, header,
 * cookie or JSON body counts as a secret if it is long enough to be one.
 */
const openFields: ReadonlySet<string> = new Set([
  ...["name", "username", "email", "identifier", "user", "sub", "account", "app", "provider"],
  ...["service", "TARGET", "return", "site", "client_id", "redirect_uri", "resource", "scope", "iss"],
  ...[
    "grant_type",
    "response_type",
    "code_challenge_method",
    "content-type",
    "token_type",
    "token_type_hint",
  ],
  // Ids of what a form changes; the answer of an authenticator is a JSON text around one.
  ...["session", "app-password", "passkey", "sid", "id", "link_uri", "verification_uri"],
]);
/** Characters of a secret that is looked for. Shorter ones occur in other texts by chance. */
const shortest = 16;

export interface AuditWatch {
  /** Kinds recorded during the requests of each route. */
  readonly kinds: ReadonlyMap<string, ReadonlySet<string>>;
  /** Routes that were called. */
  readonly called: ReadonlySet<string>;
  readonly secrets: ReadonlySet<string>;
  stop(): void;
}

/** Watches every test browser, one request after the other. @param routes declared routes; others are named by their address */
export function watchAudit({ hub }: TestHub, routes: readonly Route[]): AuditWatch {
  const kinds = new Map<string, Set<string>>();
  const called = new Set<string>();
  const secrets = new Set<string>();
  const trail = hub.database.auditEvents;
  const newest = async () => (await trail.listNewest({}, { limit: 1 }))[0]?.id ?? 0;
  const send = TestBrowser.prototype.send;
  const spy = vi.spyOn(TestBrowser.prototype, "send").mockImplementation(async function (
    this: TestBrowser,
    method,
    path,
    headers = {},
    body,
  ) {
    const before = await newest();
    const answer = await send.call(this, method, path, headers, body);
    const written: readonly AuditEntry[] = await trail.listOldest({}, { limit: 100, after: before });
    const route = nameOf(routes, method, path);
    called.add(route);
    const known = kinds.get(route) ?? new Set();
    for (const { kind } of written) known.add(kind);
    kinds.set(route, known);
    for (const secret of secretsOf({ path, headers, body }, answer)) secrets.add(secret);
    return answer;
  });
  return { kinds, called, secrets, stop: () => spy.mockRestore() };
}

function nameOf(routes: readonly Route[], method: string, path: string): string {
  const [address = ""] = path.split("?");
  const matches = ({ path: pattern }: Route) =>
    new RegExp(`^${pattern.replaceAll(".", "\\.").replaceAll(/:\w+/g, "[^/]+")}$`).test(address);
  const found = routes.filter((route) => route.method === method && matches(route));
  // A fixed path wins over one with parameters.
  const route = found.find(({ path: pattern }) => pattern === address) ?? found[0];
  return route ? `${route.method} ${route.path}` : `${method} ${address}`;
}

interface Sent {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | undefined;
}

function* secretsOf({ path, headers, body }: Sent, answer: BrowserAnswer): Generator<string> {
  const isForm = headers["content-type"]?.startsWith("application/x-www-form-urlencoded") === true;
  const fields = [
    ...queryOf(path),
    ...queryOf(answer.location),
    ...(isForm && typeof body === "string" ? new URLSearchParams(body) : []),
    ...answer.cookies.map((cookie) => ["cookie", cookie.slice(cookie.indexOf("=") + 1).split(";")[0] ?? ""]),
    ...credentialsIn(headers.authorization ?? ""),
    ...jsonFields(typeof body === "string" && body.startsWith("{") ? JSON.parse(body) : {}),
    ...jsonFields(answer.headers["content-type"]?.includes("json") ? JSON.parse(answer.body) : {}),
    ...shownSecrets(answer),
  ];
  for (const [name = "", value = ""] of fields)
    if (!openFields.has(name) && value.length >= shortest) yield value;
}

function queryOf(address: string): readonly string[][] {
  return [...new URLSearchParams(address.split("?")[1] ?? "")];
}

function credentialsIn(authorization: string): readonly string[][] {
  const [scheme, value = ""] = authorization.split(" ");
  const basic = Buffer.from(value, "base64").toString();
  return [["credentials", scheme === "Basic" ? basic.slice(basic.indexOf(":") + 1) : value]];
}

function jsonFields(json: Readonly<Record<string, unknown>>): readonly string[][] {
  return Object.entries(json).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : []));
}

/** Secrets that a screen shows: recovery codes, the key of one-time codes, an app password. */
function shownSecrets({ body }: BrowserAnswer): readonly string[][] {
  const model = (readModel(body)?.model ?? {}) as { readonly codes?: unknown; readonly secret?: unknown };
  const codes = Array.isArray(model.codes) ? model.codes.map(String) : [];
  const secret = typeof model.secret === "string" ? [model.secret] : [];
  return [...codes, ...secret].flatMap((shown) => [
    ["shown", shown],
    ["shown", shown.replaceAll(/[ -]/g, "")],
  ]);
}

/** Tests of the API's route files with a real ledger and a stand-in hub that introspects tokens. */
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openLedgerOnce } from "../ledger.ts";

type Handler = (request: Request) => Promise<Response>;
type Route = Readonly<Record<"GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS", Handler>>;

interface AccountJson {
  readonly id: string;
  readonly balanceMinor: number;
}

const all = "accounts.read transactions.read transfers.write";
const folder = mkdtempSync(join(tmpdir(), "bank-api-"));
const hub = createServer(async (request, reply) => {
  const form = new URLSearchParams(Buffer.concat(await request.toArray()).toString());
  const [personId = "", scope, siteId] = Buffer.from(form.get("token") ?? "", "base64url")
    .toString()
    .split("~");
  const isKnown = /^(?:alice|bob)/.test(personId);
  const token = {
    active: true,
    token_type: "Bearer",
    iss: `${process.env.HUB_URL}/oidc`,
    aud: "https://bank.example/api",
    sub: personId,
    client_id: siteId,
    scope,
    exp: Math.floor(Date.now() / 1000) + 60,
  };
  reply
    .setHeader("content-type", "application/json")
    .end(JSON.stringify(isKnown ? token : { active: false }));
});

let accounts: Route;
let transactions: Route;
let transfers: Route;
let personId: string;
let visits = 0;

beforeAll(async () => {
  await new Promise<void>((started) => hub.listen(0, "127.0.0.1", started));
  process.env.HUB_URL = `http://127.0.0.1:${(hub.address() as AddressInfo).port}`;
  process.env.SITE_URL = "https://bank.example";
  process.env.SITE_SECRET = "s".repeat(40);
  process.env.DATA_DIR = folder;
  accounts = await import("../../app/api/accounts/route.ts");
  transactions = await import("../../app/api/transactions/route.ts");
  transfers = await import("../../app/api/transfers/route.ts");
});
beforeEach(() => {
  visits += 1;
  personId = `alice${visits}`;
});
afterAll(() => {
  openLedgerOnce().close();
  hub.close();
  rmSync(folder, { recursive: true });
});

const bearer = (scope = all, siteId = "budget") => ({
  authorization: `Bearer ${Buffer.from(`${personId}~${scope}~${siteId}`).toString("base64url")}`,
});
const get = (route: Route, query = "", scope = all) =>
  route.GET(new Request(`https://bank.example/api/any${query}`, { headers: bearer(scope) }));
const post = (body: unknown, headers: Record<string, string> = {}, scope = all, siteId = "budget") =>
  transfers.POST(
    new Request("https://bank.example/api/transfers", {
      method: "POST",
      headers: { "content-type": "application/json", ...bearer(scope, siteId), ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    }),
  );
async function ownAccounts(): Promise<readonly [AccountJson, AccountJson]> {
  const { accounts: [current, savings] = [] } = await (await get(accounts)).json();
  return [current, savings];
}
async function told(answer: Response) {
  return [answer.status, (await answer.json()).error];
}
async function order(more: object = {}) {
  const [from, to] = await ownAccounts();
  return { fromAccountId: from.id, toAccountId: to.id, amountMinor: 1_250, currency: "EUR", ...more };
}

describe("RFC 6750 and RFC 7617 every method of every route requires credentials", () => {
  const challenge = 'Bearer realm="harbour-bank", Basic realm="harbour-bank", charset="UTF-8"';
  it.each(["accounts", "transactions", "transfers"])("%s", async (name) => {
    const route = { accounts, transactions, transfers }[name] as Route;
    const allowed = name === "transfers" ? (["POST"] as const) : (["GET", "HEAD"] as const);
    for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const) {
      const answer = await route[method](new Request("https://bank.example/api/any", { method }));
      const isAllowed = (allowed as readonly string[]).includes(method);
      expect([answer.status, answer.headers.get("www-authenticate")]).toEqual(
        isAllowed ? [401, challenge] : [405, null],
      );
      expect(answer.headers.get("cache-control")).toBe("no-store");
    }
  });

  it("3.1 each route requires its own scope", async () => {
    const refused = [
      await get(accounts, "", "transactions.read transfers.write"),
      await get(transactions, "", "accounts.read transfers.write"),
      await post(await order(), {}, "accounts.read transactions.read"),
    ];
    expect(refused.map(({ status }) => status)).toEqual([403, 403, 403]);
    expect(refused.map((answer) => answer.headers.get("www-authenticate")?.split("scope=")[1])).toEqual([
      '"accounts.read"',
      '"transactions.read"',
      '"transfers.write"',
    ]);
  });
});

describe("GET /api/accounts", () => {
  it("lists the accounts of the token's user, as the site shows them", async () => {
    const listed = await (await get(accounts)).json();
    const known = openLedgerOnce().accountsOf(personId);
    expect(listed.accounts).toMatchObject(known.map(({ id, number }) => ({ id, number, currency: "EUR" })));
    expect(listed.accounts.map((account: AccountJson) => account.balanceMinor)).toEqual(
      known.map(({ balanceCents }) => balanceCents),
    );
    personId = "bob";
    expect((await ownAccounts()).map(({ id }) => id)).not.toContain(known[0]?.id);
  });
});

describe("GET /api/transactions", () => {
  it("lists all transactions, newest first, or those of one account or month", async () => {
    const [current] = await ownAccounts();
    const { transactions: every } = await (await get(transactions)).json();
    const days = every.map(({ bookedOn }: { bookedOn: string }) => bookedOn);
    expect(days).toEqual(days.toSorted().toReversed());
    const month = days[100].slice(0, 7);
    const { transactions: some } = await (
      await get(transactions, `?account=${current.id}&month=${month}`)
    ).json();
    expect(some.length).toBeGreaterThan(3);
    expect(some).toEqual(
      every.filter(
        (one: { accountId: string; bookedOn: string }) =>
          one.accountId === current.id && one.bookedOn.startsWith(month),
      ),
    );
    expect((await (await get(transactions, "?month=1999-01")).json()).transactions).toEqual([]);
  });

  it.each(["?month=2026", "?month=2026-13", "?month=", "?month=2026-01&month=2026-02", "?months=2026-01"])(
    "%s is 400",
    async (query) => {
      expect(await told(await get(transactions, query))).toEqual([400, "invalid_parameter"]);
    },
  );

  it("an account of another user is answered like an unknown one", async () => {
    const [own] = await ownAccounts();
    personId = "bob";
    for (const id of [own.id, "current-0000000000000000"])
      expect(await told(await get(transactions, `?account=${id}`))).toEqual([404, "account_unknown"]);
  });
});

describe("POST /api/transfers", () => {
  it("moves money from one account to the other", async () => {
    const [from, to] = await ownAccounts();
    const answer = await post(await order({ reference: "holiday" }));
    expect(answer.status).toBe(201);
    expect(await answer.json()).toMatchObject({
      id: expect.any(String),
      amountMinor: 1_250,
      reference: "holiday",
    });
    const after = await ownAccounts();
    expect(after.map(({ balanceMinor }) => balanceMinor)).toEqual([
      from.balanceMinor - 1_250,
      to.balanceMinor + 1_250,
    ]);
    const { transactions: seen } = await (await get(transactions)).json();
    const [one] = seen.filter(({ description }: { description: string }) => description.includes("holiday"));
    expect(one).toMatchObject({ description: "To savings: holiday", amountMinor: -1_250 });
  });

  it.each([
    { amountMinor: 0 },
    { amountMinor: -1 },
    { amountMinor: 1.5 },
    { amountMinor: "1250" },
    { amountMinor: 2 ** 53 },
    { amountMinor: null },
    { currency: "USD" },
    { currency: undefined },
    { fromAccountId: 7 },
    { toAccountId: "savings" },
    { reference: "x".repeat(141) },
    { reference: "two\nlines" },
    { access_token: "abc" },
  ])("%j is 400 and moves nothing", async (more) => {
    const before = await ownAccounts();
    expect(await told(await post(await order(more)))).toEqual([400, "invalid_body"]);
    expect(await ownAccounts()).toEqual(before);
  });

  it.each(["", "[]", "null", "{", '"x"'])("the body %j is 400", async (body) => {
    expect(await told(await post(body))).toEqual([400, "invalid_body"]);
  });

  it("accepts only JSON up to a limit", async () => {
    expect(await told(await post("a=b", { "content-type": "text/plain" }))).toEqual([
      415,
      "unsupported_media_type",
    ]);
    expect(await told(await post(" ".repeat(5_000)))).toEqual([413, "content_too_large"]);
  });

  it("an amount above the balance and an account of another user are 422 and move nothing", async () => {
    const [from, to] = await ownAccounts();
    const refused = async (more: object) => told(await post(await order(more)));
    expect(await refused({ amountMinor: from.balanceMinor + 1 })).toEqual([422, "insufficient_funds"]);
    expect(await refused({ toAccountId: from.id })).toEqual([422, "same_account"]);
    const alice = personId;
    personId = "bob";
    const [bobs] = await ownAccounts();
    expect(await refused({ fromAccountId: from.id })).toEqual([422, "account_unknown"]);
    personId = alice;
    expect(await refused({ toAccountId: bobs.id })).toEqual([422, "account_unknown"]);
    expect(await ownAccounts()).toEqual([from, to]);
  });

  it("the whole balance can be moved", async () => {
    const [from] = await ownAccounts();
    expect((await post(await order({ amountMinor: from.balanceMinor }))).status).toBe(201);
    expect((await ownAccounts())[0].balanceMinor).toBe(0);
  });
});

describe("Idempotency-Key", () => {
  const key = '"8e03978e-40d5-43dd-bc93-6894a57f9324"';

  it("a repeated order, also concurrent, is booked once and gets the same answer", async () => {
    const [from] = await ownAccounts();
    const sent = await order();
    const answers = await Promise.all([1, 2, 3].map(() => post(sent, { "idempotency-key": key })));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    const ids = await Promise.all(answers.map(async (answer) => (await answer.json()).id));
    expect(new Set(ids).size).toBe(1);
    expect((await ownAccounts())[0].balanceMinor).toBe(from.balanceMinor - 1_250);
  });

  it("without a key an order is booked each time", async () => {
    const [from] = await ownAccounts();
    await post(await order());
    await post(await order());
    expect((await ownAccounts())[0].balanceMinor).toBe(from.balanceMinor - 2_500);
  });

  it("with another order it is 422; keys of other programs and users are separate", async () => {
    await post(await order(), { "idempotency-key": key });
    const other = await post(await order({ amountMinor: 1 }), { "idempotency-key": key });
    expect(await told(other)).toEqual([422, "idempotency_key_reused"]);
    const ofOther = await post(await order({ amountMinor: 1 }), { "idempotency-key": key }, all, "other");
    expect(ofOther.status).toBe(201);
    personId = "bob";
    expect((await post(await order({ amountMinor: 1 }), { "idempotency-key": key })).status).toBe(201);
  });

  it.each(['""', '"a', "a b", "x".repeat(256)])("%s is 400", async (wrong) => {
    const answer = await post(await order(), { "idempotency-key": wrong });
    expect(await told(answer)).toEqual([400, "invalid_idempotency_key"]);
  });
});

it("RFC 9110 15.6.4 if the hub does not answer: 503, and nothing is moved", async () => {
  const sent = await order();
  const before = openLedgerOnce().accountsOf(personId);
  await new Promise((closed) => {
    hub.close(closed);
    hub.closeAllConnections();
  });
  expect(await told(await post(sent))).toEqual([503, "temporarily_unavailable"]);
  expect(await told(await get(accounts))).toEqual([503, "temporarily_unavailable"]);
  expect(openLedgerOnce().accountsOf(personId)).toEqual(before);
});

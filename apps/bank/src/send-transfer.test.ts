/** Tests of a transfer, from its form to the ledger. The signed-in user is set by each test. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pageUserField } from "@gatehouse/auth/form-route";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { openLedgerOnce } from "./ledger.ts";
import type { TypedTransfer } from "./transfer-drafts.ts";
import { hasProblems, transferFormState } from "./transfer-form-state.ts";

const site = "https://bank.example";
const signedIn = vi.hoisted(() => ({
  personId: null as string | null,
  secondsAgo: 0,
  acr: "urn:gatehouse:acr:password",
}));
vi.mock("./auth.ts", () => ({
  auth: async () => (signedIn.personId === null ? null : { user: { id: signedIn.personId } }),
  checkSignIn: async ({ returnTo, maxAge, acr }: { returnTo: string; maxAge?: number; acr?: string }) => {
    const { personId, secondsAgo } = signedIn;
    if (personId === null) return { session: null, leaveFor: `/sign-in?${returnTo}` };
    if (secondsAgo > (maxAge ?? Infinity)) return { session: null, leaveFor: `/prove?${maxAge}&${returnTo}` };
    if (acr !== undefined && acr !== signedIn.acr)
      return { session: null, leaveFor: `/prove?${acr}&${returnTo}` };
    return { session: { user: { id: personId } } };
  },
}));

const folder = mkdtempSync(join(tmpdir(), "bank-transfer-"));
let send: (request: Request) => Promise<Response>;
let visits = 0;
let draft: string;
let empty: TypedTransfer;

beforeAll(async () => {
  vi.stubEnv("SITE_URL", site);
  vi.stubEnv("DATA_DIR", folder);
  send = (await import("../app/transfer/send/route.ts")).POST;
});
beforeEach(() => {
  visits += 1;
  signedIn.personId = `alice${visits}`;
  signedIn.secondsAgo = 0;
  signedIn.acr = "urn:gatehouse:acr:password";
  ({ draft, typed: empty } = form());
});
afterEach(() => vi.useRealTimers());
afterAll(() => {
  openLedgerOnce().close();
  rmSync(folder, { recursive: true });
});

const alice = () => `alice${visits}`;
const form = (asked?: string) => transferFormState(openLedgerOnce(), alice(), asked);
const balances = () =>
  openLedgerOnce()
    .accountsOf(alice())
    .map(({ balanceCents }) => balanceCents);

async function post(more: object = {}) {
  const { name, value } = pageUserField(alice());
  const fields = { [name]: value, draft, ...empty, amount: "12.50", reference: "boat", ...more };
  const answer = await send(
    new Request(`${site}/transfer/send`, {
      method: "POST",
      headers: { origin: site, "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams(fields).toString(),
    }),
  );
  return { status: answer.status, location: answer.headers.get("location") ?? "", text: await answer.text() };
}

describe("a transfer", () => {
  it("moves the money, and redirects to a confirmation", async () => {
    const [current = 0, savings = 0] = balances();
    const { status, location } = await post();
    expect(status).toBe(303);
    expect(balances()).toEqual([current - 1_250, savings + 1_250]);
    const id = new URL(location, site).searchParams.get("transfer") ?? "";
    expect(location).toBe(`/transfer/done?transfer=${id}`);
    expect(openLedgerOnce().findTransfer(alice(), id)).toMatchObject({
      amountCents: 1_250,
      reference: "boat",
    });
    expect(openLedgerOnce().findTransfer("bob", id)).toBeNull();
  });

  it("that is sent twice, also concurrently, moves it once and redirects to the same page", async () => {
    const [current = 0] = balances();
    const answers = await Promise.all([post(), post()]);
    expect((await post()).location).toBe(answers[0].location);
    expect(answers[1].location).toBe(answers[0].location);
    expect(balances()[0]).toBe(current - 1_250);
  });

  it("that is changed after it was sent moves nothing more, and the page says so", async () => {
    const { location } = await post();
    const before = balances();
    expect((await post({ amount: "99" })).location).toBe(`${location}&changed=true`);
    expect(balances()).toEqual(before);
  });
});

describe("a transfer above €1,000.00", () => {
  const factor = "urn:gatehouse:acr:factor";
  const large = () => ({ from: empty.to, to: empty.from, amount: "1,000.01" });

  it("needs a second step first: nothing is moved, and the form keeps its values", async () => {
    const before = balances();
    const { status, location } = await post(large());
    expect([status, location]).toEqual([303, `/prove?${factor}&/transfer?draft=${draft}`]);
    expect(balances()).toEqual(before);
    expect(form(draft)).toMatchObject({ isBack: true, typed: { ...large(), reference: "boat" } });
  });

  it("moves the money after the second step", async () => {
    signedIn.acr = factor;
    const [current = 0, savings = 0] = balances();
    expect((await post(large())).location).toMatch(/^\/transfer\/done/);
    expect(balances()).toEqual([current + 100_001, savings - 100_001]);
  });

  it("with errors is corrected first", async () => {
    expect((await post({ ...large(), amount: "90,000" })).location).toBe(`/transfer?draft=${draft}`);
  });

  it("of exactly €1,000.00 needs none", async () => {
    expect((await post({ ...large(), amount: "1,000" })).location).toMatch(/^\/transfer\/done/);
  });
});

describe("a sign-in that is older than five minutes", () => {
  it("is renewed first: nothing is moved, and the form keeps its values", async () => {
    signedIn.secondsAgo = 301;
    const before = balances();
    const { status, location } = await post({ amount: "12,5", reference: "ein <Boot> & mehr" });
    expect([status, location]).toEqual([303, `/prove?300&/transfer?draft=${draft}`]);
    expect(balances()).toEqual(before);
    expect(form(draft)).toMatchObject({
      draft,
      isBack: true,
      problems: {},
      typed: { amount: "12,5", reference: "ein <Boot> & mehr" },
    });
  });

  it("is not renewed before five minutes have passed, nor for a form with errors", async () => {
    signedIn.secondsAgo = 300;
    expect((await post()).location).toMatch(/^\/transfer\/done/);
    signedIn.secondsAgo = 301;
    draft = form().draft;
    expect((await post({ amount: "" })).location).toBe(`/transfer?draft=${draft}`);
  });

  it("keeps the typed values also if the user is signed out", async () => {
    signedIn.personId = null;
    expect((await post()).location).toBe(`/sign-in?/transfer?draft=${draft}`);
    expect(form(draft).typed.amount).toBe("12.50");
  });
});

describe("a form", () => {
  it("with errors is shown again with its errors", async () => {
    const before = balances();
    expect((await post({ amount: "9999999" })).location).toBe(`/transfer?draft=${draft}`);
    expect(balances()).toEqual(before);
    expect(Object.keys(form(draft).problems)).toEqual(["amount"]);
    expect([form(draft).isBack, hasProblems(openLedgerOnce(), alice(), draft)]).toEqual([false, true]);
    expect(hasProblems(openLedgerOnce(), alice(), form().draft)).toBe(false);
  });

  it.each(["", "7f0c6d1e-0000-4000-8000-000000000000"])(
    "that is unknown, or older than a day, moves nothing and is replaced by an empty one: %j",
    async (unknown) => {
      draft = unknown;
      const before = balances();
      expect((await post()).location).toBe("/transfer?refused=expired");
      expect(balances()).toEqual(before);
    },
  );

  it("of another user's page is refused: nothing is moved or stored, and the next page says so", async () => {
    await post({ amount: "" });
    signedIn.personId = "bob";
    const before = openLedgerOnce().accountsOf("bob");
    expect((await post({ amount: "3" })).location).toBe("/transfer?refused=user_changed");
    expect(openLedgerOnce().accountsOf("bob")).toEqual(before);
    signedIn.personId = alice();
    expect(form(draft).typed.amount).toBe("");
  });

  it.each(["bob", ""])("is not overwritten by a form of %j with its id", async (other) => {
    await post({ amount: "" });
    signedIn.personId = other || null;
    const { name } = pageUserField(other);
    const { location } = await post({ [name]: other, amount: "66" });
    expect(location).toBe(other === "" ? "/transfer?refused=expired" : `/transfer?draft=${draft}`);
    signedIn.personId = alice();
    expect(form(draft).typed.amount).toBe("");
  });

  it("that was stored for one user is empty for the next one, and the page says so", async () => {
    signedIn.personId = null;
    expect((await post({ amount: "3" })).location).toBe(`/sign-in?/transfer?draft=${draft}`);
    const ofBob = transferFormState(openLedgerOnce(), "bob", draft);
    expect([ofBob.draft === draft, ofBob.typed.amount, ofBob.isOfAnother]).toEqual([false, "", true]);
    expect(form(draft)).toMatchObject({ typed: { amount: "3" }, isOfAnother: false });
    expect(transferFormState(openLedgerOnce(), "bob", "unknown").isOfAnother).toBe(false);
  });

  it("is stored for a day", async () => {
    await post({ amount: "" });
    vi.useFakeTimers({ now: Date.now() + 24 * 60 * 60 * 1000 + 1, toFake: ["Date"] });
    expect((await post()).location).toBe("/transfer?refused=expired");
    expect(form(draft).typed.amount).toBe("");
  });

  it("is empty at first, from the current account to savings", () => {
    const { accounts, typed, isBack, problems } = form();
    expect(typed).toEqual({ from: accounts[0]?.id, to: accounts[1]?.id, amount: "", reference: "" });
    expect([isBack, problems]).toEqual([false, {}]);
  });
});

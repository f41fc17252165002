/**
 * A site gets exactly what the consent page lists: every combination of party, kind of program, flow, request,
 * earlier answer and choice is driven through the hub, and the page is compared with ID token, userinfo, the scope at
 * the API and the refresh token.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ConsentScreen } from "../../screen/screen.ts";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../../test-hub.ts";
import { readModel } from "../../test-support/frontend-stand-in.ts";
import { giveConsent } from "../../test-support/give-consent.ts";
import { RelyingSite, type Tokens } from "../../test-support/relying-site.ts";

const api = "https://api.example/";
const apiScopes = {
  "accounts.read": "see your accounts",
  "transfers.write": "move money",
  "cards.block": "block your cards",
};
const words = {
  profile: "see your name, username and picture",
  email: "see your email address",
  groups: "see which groups you are in",
  "accounts.read": "see your accounts at The bank",
  "transfers.write": "move money at The bank",
  "cards.block": "block your cards at The bank",
} as const;
type Scope = keyof typeof words;
const scopesOfClaim: Readonly<Record<string, Scope>> = {
  name: "profile",
  preferred_username: "profile",
  email: "email",
  groups: "groups",
};

interface Request {
  readonly scope: string;
  readonly resource?: string;
  readonly claims?: string;
}
const requests: Readonly<Record<string, Request>> = {
  "openid only": { scope: "openid" },
  "profile, email and groups": { scope: "openid profile email groups" },
  "email, signed out too": { scope: "openid email offline_access" },
  "an API": { scope: "openid accounts.read", resource: api },
  "profile and an API with money, signed out too": {
    scope: "openid profile offline_access accounts.read transfers.write",
    resource: api,
  },
  "claims by name": {
    scope: "openid",
    claims: JSON.stringify({ id_token: { email: null }, userinfo: { name: null } }),
  },
};

const flows = ["code", "code, asked to ask", "device"] as const;
const befores = ["nothing", "some of it", "all of it"] as const;
const choices = ["as it is ticked", "all", "nothing", "only this time"] as const;
interface Combination {
  readonly party: "first" | "third";
  readonly kind: "web" | "native";
  readonly flow: (typeof flows)[number];
  readonly request: keyof typeof requests;
  readonly before: (typeof befores)[number];
  readonly choice: (typeof choices)[number];
}

function* combinations(): Generator<Combination> {
  for (const party of ["first", "third"] as const)
    for (const kind of ["web", "native"] as const)
      for (const flow of flows)
        for (const request of Object.keys(requests))
          for (const before of befores)
            for (const choice of choices) {
              const combination = { party, kind, flow, request, before, choice };
              if (isOfItsOwn(combination)) yield combination;
            }
}

/** Leaves out what is the same as another: a native program is asked whether or not it asks to be. */
function isOfItsOwn({ party, kind, flow, request, before, choice }: Combination): boolean {
  const hasMoney = request.includes("money");
  const isLong = request.includes("signed out");
  if (kind === "native" && flow === "code, asked to ask") return false;
  if (party === "first" && before !== "nothing") return false;
  if (choice === "all") return hasMoney;
  if (choice === "nothing") return hasMoney || (party === "third" && request !== "openid only");
  return choice === "as it is ticked" || isLong;
}

let opened: TestHub;
let alice: TestPerson;
beforeAll(async () => {
  const program = (party: "first" | "third", kind: "web" | "native") => ({
    id: `${party}-${kind}`,
    name: `The ${party} ${kind}`,
    url: `https://${party}-${kind}.example/`,
    firstParty: party === "first",
    oidc: {
      applicationType: kind,
      redirectUris: [redirectUri(kind)],
      grants: ["authorization_code", "refresh_token", "device_code"],
      scopes: ["openid", "profile", "email", "groups", "offline_access", ...Object.keys(apiScopes)],
      clientAuthentication: "none",
    },
  });
  opened = await openTestHub({
    sites: ({ bank }) => ({
      bank: bank.registration({ api: { resource: api, scopes: apiScopes, sensitive: ["transfers.write"] } }),
      "first-web": program("first", "web"),
      "first-native": program("first", "native"),
      "third-web": program("third", "web"),
      "third-native": program("third", "native"),
    }),
  });
  alice = await opened.createPerson({ username: "alice" });
  await opened.hub.database.people.setGroups(alice.id, ["staff"]);
});
afterAll(() => opened.close());

const redirectUri = (kind: "web" | "native") =>
  kind === "web" ? "https://program.example/callback" : "http://127.0.0.1/callback";

/** Signed in, with an answer of before or none. */
async function prepare({ party, kind, request, before }: Combination): Promise<TestBrowser> {
  const clientId = `${party}-${kind}`;
  await opened.hub.database.consents.revoke(alice.id, clientId);
  const browser = new TestBrowser(opened);
  await browser.signIn(alice);
  if (before === "nothing") return browser;
  const { scope, resource, claims } = requests[request] ?? { scope: "" };
  const named = scope.split(" ");
  const all = [...named, ...(claims === undefined ? [] : ["profile", "email"])];
  const own = all.filter((one) => !Object.hasOwn(apiScopes, one));
  // Some: the first of what it asks for, and something that it does not ask for now.
  const some = { scopes: ["openid", "groups"], resources: { [api]: ["accounts.read"] } };
  const whole = {
    scopes: own,
    resources: resource === undefined ? {} : { [api]: named.filter((one) => Object.hasOwn(apiScopes, one)) },
  };
  const consent = before === "all of it" ? whole : some;
  await giveConsent(opened.hub.database, { personId: alice.id, clientId, ...consent });
  return browser;
}

/** As a browser gets it, with dates as text. */
type Page = Omit<ConsentScreen, "before"> & {
  readonly before: Omit<NonNullable<ConsentScreen["before"]>, "until"> | null;
};

interface Begun {
  /** `null`: nobody is asked. */
  readonly page: Page | null;
  /** Answers, where somebody is asked. @returns what the program gets */
  redeem(fields: Record<string, string>): Promise<Tokens>;
}

async function begin(combination: Combination, browser: TestBrowser): Promise<Begun> {
  const { party, kind, flow, request } = combination;
  const site = new RelyingSite(opened, { id: `${party}-${kind}`, redirectUri: redirectUri(kind) });
  const asked = { ...requests[request] };
  if (flow === "device") return beginOnDevice(site, browser, asked);
  const prompt = flow === "code" ? {} : { prompt: "consent" };
  let answer = await browser.get(site.authorization({ ...asked, ...prompt }));
  if (browser.leadsOn(answer)) answer = await browser.follow(answer);
  const page = readModel(answer.body)?.name === "consent" ? answer.screen("consent") : null;
  return {
    page,
    async redeem(fields) {
      if (page !== null) answer = await browser.follow(await browser.post(page.action, fields));
      return site.tokens(new URL(answer.location).searchParams);
    },
  };
}

async function beginOnDevice(
  site: RelyingSite,
  browser: TestBrowser,
  asked: Partial<Request>,
): Promise<Begun> {
  const begun = (await site.post("/oidc/device/auth", { ...asked })).json;
  const form = (await browser.get("/oidc/device")).screen("device-code");
  const typed = { ...fieldsOf(form.hidden), user_code: String(begun.user_code) };
  const page = (await browser.post(form.action, typed)).screen("consent");
  return {
    page,
    async redeem(fields) {
      await browser.post(page.action, fields);
      const grant_type = "urn:ietf:params:oauth:grant-type:device_code";
      const { status, json } = await site.post("/oidc/token", {
        grant_type,
        device_code: String(begun.device_code),
      });
      if (status !== 200) throw new Error(`no tokens but ${status} ${JSON.stringify(json)}`);
      return withClaims(json as unknown as Tokens);
    },
  };
}

const withClaims = (tokens: Tokens): Tokens => ({
  ...tokens,
  claims: JSON.parse(Buffer.from(tokens.id_token.split(".")[1] ?? "", "base64url").toString()),
});
const fieldsOf = (hidden: readonly { readonly name: string; readonly value: string }[]) =>
  Object.fromEntries(hidden.map(({ name, value }) => [name, value]));

/** Everything that a program received, in the words of the page. Signs the user out. */
async function released(
  { party, kind }: Combination,
  request: Request,
  tokens: Tokens,
  browser: TestBrowser,
): Promise<ReadonlySet<string>> {
  const site = new RelyingSite(opened, { id: `${party}-${kind}`, redirectUri: redirectUri(kind) });
  const isForApi = request.resource !== undefined && tokens.scope !== undefined && tokens.scope !== "";
  const userinfo = isForApi ? {} : (await site.userinfo(tokens.access_token)).json;
  const bank = { authorization: opened.bank.authorization };
  const seen = isForApi
    ? await site.post("/oidc/token/introspection", { token: tokens.access_token, client_id: undefined }, bank)
    : undefined;
  const claims = [...Object.keys(tokens.claims), ...Object.keys(userinfo)];
  const scopes = [
    ...claims.flatMap((claim) => scopesOfClaim[claim] ?? []),
    ...String(seen?.json.scope ?? "")
      .split(" ")
      .filter((scope): scope is Scope => Object.hasOwn(apiScopes, scope)),
  ];
  await browser.get("/cas/logout");
  const goesOn =
    tokens.refresh_token !== undefined && (await site.refresh(tokens.refresh_token)).status === 200;
  return new Set([
    ...scopes.map((scope) => words[scope]),
    ...(goesOn ? ["keep access while you are signed out"] : []),
  ]);
}

interface Answer {
  readonly fields: Record<string, string>;
  /** Everything that the page says the site will have. */
  readonly listed: ReadonlySet<string>;
}

/** Presses a button, with boxes ticked as somebody leaves or makes them. */
function answer(page: Page, choice: Combination["choice"]): Answer {
  const ticked = page.asks.filter(({ sensitive }) =>
    choice === "all" ? true : choice === "nothing" ? false : !sensitive,
  );
  const duration = choice === "only this time" ? "once" : "30";
  const isWithout = !page.about.firstParty && page.asks.length > 0 && ticked.length === 0;
  const before = page.before?.items.filter(({ requested }) => requested) ?? [];
  const goesOn = (page.offline && duration !== "once" && !isWithout) || page.before?.offline === true;
  return {
    fields: {
      ...fieldsOf(page.hidden),
      answer: "allow",
      duration,
      ...Object.fromEntries(ticked.map(({ value }) => [`allow:${value}`, "true"])),
    },
    listed: new Set([
      ...page.gets,
      ...ticked.map((ask) => ask.words),
      ...before.map((item) => item.words),
      ...(goesOn ? ["keep access while you are signed out"] : []),
    ]),
  };
}

/** No page: a web site of the family, or one that has all of it from before. */
const isNotAsked = ({ party, kind, flow, before, request }: Combination) =>
  kind === "web" &&
  flow === "code" &&
  (party === "first" || before === "all of it" || isStanding(before, request));
const isStanding = (before: Combination["before"], request: string) =>
  before === "some of it" && ["openid only", "an API"].includes(request);

const titled = [...combinations()].map((one) => [Object.values(one).join(" · "), one] as const);

describe("the site gets exactly what the page lists", () => {
  test.each(titled)("%s", async (_, combination) => {
    const request = requests[combination.request] ?? { scope: "" };
    const browser = await prepare(combination);
    const { page, redeem } = await begin(combination, browser);
    expect(page === null, "nobody is asked").toBe(isNotAsked(combination));
    if (page === null) {
      const got = await released(combination, request, await redeem({}), browser);
      expect(got).toEqual(new Set(namedIn(request)));
      return;
    }
    const { fields, listed } = answer(page, combination.choice);
    const got = await released(combination, request, await redeem(fields), browser);
    expect(got).toEqual(listed);
    expect(page.never.filter((never) => got.has(never))).toEqual([]);
    expect(page.asks.filter(({ sensitive }) => sensitive).map((ask) => ask.words)).toEqual(
      page.asks.map((ask) => ask.words).filter((text) => text === words["transfers.write"]),
    );
  });

  test("the number of generated cases is as intended", () => {
    expect(titled.length).toBeGreaterThan(150);
  });
});

/** All that is asked for, in words; without a page there is no `offline_access` (Core 11). */
function namedIn({ scope, claims }: Request): readonly string[] {
  const byClaim: readonly Scope[] = claims === undefined ? [] : ["email", "profile"];
  const named = scope.split(" ").filter((one): one is Scope => Object.hasOwn(words, one));
  return [...named, ...byClaim].map((one) => words[one]);
}

/** A third-party program (examples/budget): allowed, refused, disconnected. */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, gatehouseTest, type Person, type Sites, signIn } from "@gatehouse/testing";
import type { Page } from "@playwright/test";

const program = fileURLToPath(new URL("../examples/budget/main.ts", import.meta.url));

interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

type Opened = (address: string, said: () => string) => Promise<void>;

interface Budget {
  /** @param open called with the address that the program prints, and its output so far */
  run(words: readonly string[], open?: Opened): Promise<Run>;
  /** File of its tokens. */
  readonly tokensFile: string;
}

/** The program with its own file of tokens, at the hub and bank of the test. */
const test = gatehouseTest.extend<{ budget: Budget }>({
  budget: async ({ sites }, use) => {
    const folder = await mkdtemp(join(tmpdir(), "gatehouse-budget-"));
    const tokensFile = join(folder, "tokens.json");
    // Node's warning about contradictory colour settings of a test run; not output of the program.
    const { FORCE_COLOR: _, ...own } = process.env;
    const env = { ...own, HUB_URL: sites.hub, BANK_URL: sites.bank, BUDGET_TOKENS: tokensFile };
    await use({ run: (words, open) => runProgram(env, words, open), tokensFile });
    await rm(folder, { recursive: true });
  },
});

function runProgram(env: NodeJS.ProcessEnv, words: readonly string[], open?: Opened): Promise<Run> {
  const child = spawn("node", [program, ...words], { env, stdio: ["ignore", "pipe", "pipe"] });
  let [out, err] = ["", ""];
  let visit: Promise<void> | undefined;
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      child.kill();
      reject(error);
    };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
      const address = /https?:\/\/\S+(?=\s)/.exec(out)?.[0];
      if (address === undefined || visit !== undefined) return;
      visit = open?.(address, () => out);
      visit?.catch(fail);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      err += text;
    });
    child.once("error", fail);
    // The program may end before the browser shows its last page; a failed visit has rejected already.
    child.once("close", (code) => {
      Promise.resolve(visit).then(
        () => resolve({ code, out, err }),
        () => undefined,
      );
    });
  });
}

/** Allows what is ticked. */
async function allow(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Pocket Budget");
  await page.getByRole("button", { name: /^Allow/ }).click();
}

/** The bank opens accounts, with a year of entries, at the first visit. */
async function signedIn(page: Page, person: Person, sites: Sites): Promise<void> {
  await signIn(page, person);
  await page.goto(`${sites.bank}/accounts`);
}

test("an allowed program draws a chart of transactions, also with a refreshed token; a transfer is refused; after the revocation the next call is refused", async ({
  budget,
  page,
  people,
  sites,
}) => {
  await signedIn(page, await people.create(), sites);
  const answer = await budget.run(["sign-in"], async (address) => {
    await page.goto(address);
    await allow(page);
    await expect(page.getByRole("heading", { name: "Back to the terminal" })).toBeVisible();
  });
  expect([answer.code, answer.err]).toEqual([0, ""]);

  const chart = await budget.run(["spending"]);
  expect(chart.err).toBe("");
  expect(chart.out).toMatch(/^Spent by month\n\n(\d{4}-\d\d {2}[█▉▊▋▌▍▎▏ ]{40} +[\d,]+\.\d\d €\n)+$/);
  const transfer = await budget.run(["transfer"]);
  expect(transfer.code).toBe(1);
  expect(transfer.err).toContain("The bank refused (403)");
  expect(transfer.err).toContain("insufficient_scope");

  const read = async () => JSON.parse(await readFile(budget.tokensFile, "utf8"));
  const before = await read();
  await writeFile(budget.tokensFile, JSON.stringify({ ...before, expiresAt: 0 }));
  expect((await budget.run(["spending"])).code).toBe(0);
  const renewed = await read();
  expect([renewed.accessToken, renewed.refreshToken]).not.toContain(before.accessToken);
  expect(renewed.refreshToken).not.toBe(before.refreshToken);

  await page.goto(`${sites.hub}/account`);
  await expect(page.getByRole("region", { name: "Sites you can go to" })).not.toContainText("Pocket Budget");
  await page.getByRole("link", { name: "Apps" }).click();
  const row = page.getByRole("region", { name: "Connected apps" }).getByRole("listitem");
  await expect(row).toContainText("see your transactions at Harbour Bank");
  await expect(row).toContainText("last used just now");
  await row
    .getByText(/^Disconnect/)
    .first()
    .click();
  await row.getByRole("button", { name: /^Disconnect/ }).click();
  await expect(page.getByRole("status")).toContainText("Pocket Budget is disconnected.");
  const after = await budget.run(["spending"]);
  expect([after.code, after.err]).toEqual([
    1,
    "budget: Your access was revoked or has expired. Run sign-in to ask for it again.\ncode:   access_ended\n",
  ]);
  expect((await budget.run(["spending"])).err).toContain("You are not signed in.");
});

test("a scope that the user declines is not granted; a refusal grants nothing", async ({
  budget,
  page,
  people,
  sites,
}) => {
  await signedIn(page, await people.create(), sites);
  await budget.run(["sign-in"], async (address) => {
    await page.goto(address);
    await page.getByRole("checkbox", { name: /see your accounts/i }).uncheck();
    await allow(page);
  });
  expect((await budget.run(["spending"])).code).toBe(0);
  expect((await budget.run(["transfer"])).err).toContain("needs the scope accounts.read");
  expect((await budget.run(["sign-out"])).out).toContain("nothing of yours any more");
  await page.goto(`${sites.hub}/account`);

  const refused = await budget.run(["sign-in"], async (address) => {
    await page.goto(address);
    await page.getByRole("button", { name: "Do not allow" }).click();
  });
  expect(refused.err).toContain("code:   access_denied");
});

for (const javaScriptEnabled of [true, false]) {
  test(`with nothing ticked the program gets a sign-in without access, as the account page shows, JavaScript ${javaScriptEnabled ? "on" : "off"}`, async ({
    browser,
    budget,
    people,
    sites,
  }) => {
    const context = await browser.newContext({ javaScriptEnabled });
    const page = await context.newPage();
    await signedIn(page, await people.create(), sites);
    await budget.run(["sign-in"], async (address) => {
      await page.goto(address);
      const without = page.getByRole("button", { name: "Sign in without access" });
      await expect(without).toBeHidden();
      for (const box of await page.getByRole("checkbox").all()) await box.uncheck();
      await expect(page.getByRole("button", { name: "Allow", exact: true })).toBeHidden();
      await without.click();
      await expect(page.getByRole("heading", { name: "Back to the terminal" })).toBeVisible();
    });
    expect((await budget.run(["spending"])).code).toBe(1);
    await page.goto(`${sites.hub}/account/apps`);
    const row = page.getByRole("region", { name: "Connected apps" }).getByRole("listitem");
    await expect(row).toContainText("It knows that you signed in, and nothing more.");
    await expect(row).toContainText("Signed in without access just now");
    await expect(row).not.toContainText("last used");
    await context.close();
  });

  test(`Not you? another user signs in and gets the same question, JavaScript ${javaScriptEnabled ? "on" : "off"}`, async ({
    browser,
    budget,
    people,
    sites,
  }) => {
    const [alice, bob] = [await people.create(), await people.create()];
    const context = await browser.newContext({ javaScriptEnabled });
    const page = await context.newPage();
    await signedIn(page, alice, sites);
    const answer = await budget.run(["sign-in"], async (address) => {
      await page.goto(address);
      await expect(page.getByText(`Signed in as ${alice.name}`)).toBeVisible();
      await page.getByRole("button", { name: "Not you?" }).click();
      await page.getByRole("button", { name: "Sign out and sign in as somebody else" }).click();
      await page.getByLabel("Username or email").fill(bob.username);
      await page.getByLabel("Password", { exact: true }).fill(bob.password);
      await page.getByRole("button", { name: "Sign in", exact: true }).click();
      await expect(page.getByText(`Signed in as ${bob.name}`)).toBeVisible();
      await allow(page);
      await expect(page.getByRole("heading", { name: "Back to the terminal" })).toBeVisible();
    });
    expect([answer.code, answer.err]).toEqual([0, ""]);
    await page.goto(`${sites.hub}/account/apps`);
    await expect(page.getByRole("region", { name: "Connected apps" })).toContainText("Pocket Budget");
    await context.close();
  });
}

test("only this time: the program works, is listed as such, and the next sign-in asks again", async ({
  budget,
  page,
  people,
  sites,
}) => {
  await signedIn(page, await people.create(), sites);
  const boxes = page.getByRole("checkbox");
  for (const _ of ["first", "again"])
    await budget.run(["sign-in"], async (address) => {
      await page.goto(address);
      await expect(
        page.getByRole("group", { name: "For how long?" }).getByLabel("For 30 days"),
      ).toBeChecked();
      await expect(boxes).toHaveCount(2);
      await page.getByLabel("Only this time").check();
      await allow(page);
      await expect(page.getByRole("heading", { name: "Back to the terminal" })).toBeVisible();
    });
  expect((await budget.run(["spending"])).code).toBe(0);
  await page.goto(`${sites.hub}/account/apps`);
  const row = page.getByRole("region", { name: "Connected apps" }).getByRole("listitem");
  await expect(row).toContainText("only this time: until you sign out");
});

test("the page names the operator of the program, and links to the privacy policy", async ({
  budget,
  page,
  people,
  sites,
}) => {
  await signedIn(page, await people.create(), sites);
  await budget.run(["sign-in"], async (address) => {
    await page.goto(address);
    await expect(page.getByText("Pocket Budget · budget.example")).toBeVisible();
    await expect(page.getByText("is not run by the people who run Gatehouse")).toBeVisible();
    const policy = page.getByRole("link", { name: "Privacy policy" });
    await expect(policy).toHaveAttribute("href", "https://budget.example/privacy");
    await expect(policy).toHaveAttribute("target", "_blank");
    await page.getByRole("button", { name: "Do not allow" }).click();
  });
});

test("RFC 8628 3.3 the user enters the code of a device, sees the program, and allows it; the code works once", async ({
  budget,
  page,
  people,
  sites,
}) => {
  await signedIn(page, await people.create(), sites);
  let code = "";
  const enter = async () => {
    await page.getByLabel("Code", { exact: true }).fill(code.toLowerCase());
    await page.getByRole("button", { name: "Continue" }).click();
  };
  const answer = await budget.run(["sign-in", "--device"], async (address, said) => {
    code = /^ +([A-Z]{4}-[A-Z]{4})$/m.exec(said())?.[1] ?? "";
    await page.goto(address);
    await enter();
    await expect(page.getByText("It may be somebody else’s.")).toBeVisible();
    await allow(page);
    await expect(page.getByRole("heading", { name: "Allowed on your device" })).toBeVisible();
    await expect(page.locator("main")).toContainText("see your transactions at Harbour Bank");
  });
  expect([answer.code, answer.err]).toEqual([0, ""]);
  expect((await budget.run(["spending"])).code).toBe(0);
  expect((await budget.run(["transfer"])).err).toContain("insufficient_scope");

  await page.goto(`${sites.hub}/oidc/device`);
  await enter();
  await expect(page.getByRole("alert")).toContainText("This code is wrong, has expired or was used.");
});

test("RFC 8628 3.5 a device whose code the user refuses gets nothing", async ({
  budget,
  page,
  people,
  sites,
}) => {
  await signedIn(page, await people.create(), sites);
  const answer = await budget.run(["sign-in", "--device"], async (address, said) => {
    const [, code] = /^ +([A-Z]{4}-[A-Z]{4})$/m.exec(said()) ?? [];
    await page.goto(`${address}?user_code=${code}`);
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("button", { name: "Do not allow" }).click();
    await expect(page.getByRole("heading", { name: "Not allowed" })).toBeVisible();
  });
  expect(answer.err).toContain("code:   access_denied");
  expect((await budget.run(["spending"])).err).toContain("You are not signed in.");
});

/** The command line of the budget tool. */
import { parseArgs } from "node:util";
import * as client from "openid-client";
import { askBank } from "./src/bank.ts";
import { BudgetError } from "./src/budget-error.ts";
import { readSettings, type Settings } from "./src/env.ts";
import { findIssuer } from "./src/issuer.ts";
import { forgetTokens, keepTokens, readTokens } from "./src/kept-tokens.ts";
import { signInByBrowser } from "./src/sign-in-by-browser.ts";
import { signInByDevice } from "./src/sign-in-by-device.ts";
import { spendingChart, type Transaction } from "./src/spending-chart.ts";

const usage = `Usage: npm run budget -- <command>

  sign-in            asks for access to your transactions, by this machine's browser
  sign-in --device   the same with a code that you enter on another device
  spending           shows what you spent, by month
  transfer           tries to move money, and shows how it is refused
  sign-out           gives the access back`;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const commands: Readonly<Record<string, (settings: Settings, device: boolean) => Promise<void>>> = {
  async "sign-in"(settings, device) {
    await keepTokens(settings.tokensFile, await (device ? signInByDevice : signInByBrowser)(settings, say));
    say("Signed in. Now run spending.");
  },
  async spending(settings) {
    const { transactions } = (await askBank(settings, "/transactions")) as {
      readonly transactions: readonly Transaction[];
    };
    say(["Spent by month", "", ...spendingChart(transactions, 40)].join("\n"));
  },
  async transfer(settings) {
    const { accounts } = (await askBank(settings, "/accounts")) as {
      readonly accounts: readonly { readonly id: string }[];
    };
    const [from, to] = accounts.map(({ id }) => id);
    const order = { fromAccountId: from, toAccountId: to ?? from, amountMinor: 100, currency: "EUR" };
    const headers = { "content-type": "application/json" };
    await askBank(settings, "/transfers", { method: "POST", headers, body: JSON.stringify(order) });
    throw new BudgetError("moved", "Money was moved, by a tool that should not be able to.");
  },
  async "sign-out"(settings) {
    const kept = await readTokens(settings.tokensFile);
    if (kept !== null) {
      const issuer = await findIssuer(settings);
      await client.tokenRevocation(issuer, kept.refreshToken ?? kept.accessToken);
    }
    await forgetTokens(settings.tokensFile);
    say("Signed out. The budget tool has nothing of yours any more.");
  },
};

try {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { device: { type: "boolean" }, help: { type: "boolean", short: "h" } },
  });
  const command = positionals.length === 1 ? commands[positionals[0] ?? ""] : undefined;
  if (values.help === true) say(usage);
  else if (command === undefined) throw new BudgetError("usage", usage);
  else await command(readSettings(), values.device === true);
} catch (error) {
  // Without a stack trace, also for answers of the hub.
  const { code = "unexpected", message } = error as Partial<BudgetError>;
  process.stderr.write(`budget: ${message}\n${code === "usage" ? "" : `code:   ${code}\n`}`);
  process.exitCode = code === "usage" ? 2 : 1;
}

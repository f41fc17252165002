import { fillSignInForm } from "@gatehouse/testing";
import { TwoHubs } from "../two-hubs.ts";
import type { Tour } from "./tour.ts";

const password = "seven green boats at noon";

/** Sign-in with another provider, which is a second Gatehouse. Both hubs are started for this tour. */
export async function visitProviders(tour: Tour): Promise<void> {
  const hubs = await TwoHubs.start();
  try {
    const { name } = tour.person;
    for (const hub of [hubs.hub, hubs.headOffice]) await hub.createPerson("ada", password, { name });
    await hubs.headOffice.createPerson("cleo", password, { name });
    await visitConnecting(tour, hubs);
    await visitSignUp(tour, hubs);
    await visitRefusals(tour, hubs);
    await tour.page.close();
  } finally {
    await hubs.stop();
  }
}

async function visitConnecting({ page, visit, look }: Tour, { hub }: TwoHubs): Promise<void> {
  await visit(`${hub.origin}/cas/login`, "sign-in page with a provider");
  await press(page, "Continue with Head Office");
  await fillSignInForm(page, { username: "ada", password });
  await page.getByRole("heading", { name: "Connect Head Office" }).waitFor();
  await look("account at a provider that is not connected");
  await connect(page);
  await look("asked whether to connect an account at a provider");
  // Signs in again, because after the pictures the sign-in is no longer fresh.
  await page.context().clearCookies();
  await page.goto(`${hub.origin}/cas/login`);
  await press(page, "Continue with Head Office");
  await fillSignInForm(page, { username: "ada", password });
  await connect(page);
  await press(page, "Connect Head Office");
  await page.getByRole("status").filter({ hasText: "is connected" }).waitFor();
  await look("account: security, a provider connected");
  await page
    .getByText(/^Disconnect/)
    .first()
    .click();
  await look("account: security, asked whether to disconnect a provider");
  await visit(`${hub.origin}/account/activity`, "account: activity, a provider connected");
}

/** Signs in here, which proves the account that the provider is connected to. */
async function connect(page: Tour["page"]): Promise<void> {
  await page.getByRole("link", { name: "Sign in and connect Head Office" }).click();
  await fillSignInForm(page, { username: "ada", password });
  await page.getByRole("heading", { name: "Connect Head Office?" }).waitFor();
}

async function visitSignUp({ page, look }: Tour, { hub }: TwoHubs): Promise<void> {
  await page.context().clearCookies();
  await page.goto(`${hub.origin}/cas/login`);
  await press(page, "Continue with Head Office");
  await fillSignInForm(page, { username: "cleo", password });
  await page.getByRole("link", { name: "Create an account" }).click();
  await press(page, "Send me a link");
  await page.getByRole("heading", { name: "Check your mail" }).waitFor();
  await page.goto(await hub.readMailedLink("cleo@example.com"));
  await look("new account, with a provider to choose");
  await press(page, "Use Head Office instead of a password");
  await page.getByText("You sign in with Head Office").waitFor();
  await look("new account with a provider");
  await page.getByLabel("Username").fill("Cleo!");
  await press(page, "Create your account");
  await page.getByRole("alert").waitFor();
  await look("new account with a provider, with an error");
  await page.getByLabel("Username").fill("cleo");
  await press(page, "Create your account");
  await page.waitForURL(`${hub.origin}/account`);
  await page.goto(`${hub.origin}/account/security`);
  await page
    .getByText(/^Disconnect/)
    .first()
    .click();
  await press(page, "Disconnect Head Office");
  await page.getByRole("heading", { name: "Your only way to sign in" }).waitFor();
  await look("refused: the only way to sign in");
}

async function visitRefusals({ page, visit, look }: Tour, { hub, headOffice }: TwoHubs): Promise<void> {
  await visit(
    `${hub.origin}/upstream/callback/head?state=unknown`,
    "refused: another sign-in at the provider",
  );
  await page.goto(`${hub.origin}/cas/login?renew=true`);
  await headOffice.stop();
  await press(page, "Continue with Head Office");
  await page.getByRole("heading", { name: "Head Office does not answer" }).waitFor();
  await look("refused: the provider does not answer");
}

const press = (page: Tour["page"], name: string) => page.getByRole("button", { name, exact: true }).click();

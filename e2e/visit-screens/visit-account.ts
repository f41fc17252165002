import { fillSignInForm, readMails, signIn } from "@gatehouse/testing";
import { type Tour, withoutScript } from "./tour.ts";

/** The account of a new user. */
export async function visitNewAccount({ sites: { hub }, visit }: Tour): Promise<void> {
  await visit(`${hub}/account`, "account: profile");
  await visit(`${hub}/account/name`, "account: form for the name");
  await visit(`${hub}/account/picture`, "account: form for the picture");
  await visit(`${hub}/account/data`, "account: the user's data");
  await visit(`${hub}/account/security`, "account: security");
  await visit(`${hub}/account/apps`, "account: apps, none");
}

/** The account page with a connected app, app passwords, and the choices made at sign-in. */
export async function visitAccount(tour: Tour): Promise<void> {
  const { page, sites, person, visit, look } = tour;
  await visit(`${sites.hub}/account/sessions`, "account: where you are signed in");
  await page.getByText("Sign out everywhere", { exact: true }).click();
  await look("account: where you are signed in, asked to confirm");
  await visitOtherBrowsers(tour);
  await visitPassword(tour);
  await visit(`${sites.hub}/account/apps`, "account: apps");
  await page.getByText(/^Disconnect:/).click();
  await look("account: apps, asked to confirm");
  await visitAppPasswords(tour);
  await page.goto(`${sites.hub}/cas/login?renew=true`);
  await look("sign-in page, once more");
  await page.getByLabel("Keep me signed in on this browser").check();
  await fillSignInForm(page, person);
  await page.waitForURL(`${sites.hub}/account`);
  await page.goto(`${sites.hub}/account/sessions`);
  await page.getByRole("button", { name: "Ask me first" }).click();
  await page.getByRole("status").waitFor();
  await look("account: sessions, with the user's choices");
  const service = `${sites.shop}/api/auth/callback/gatehouse`;
  await visit(`${sites.hub}/cas/login?${new URLSearchParams({ service })}`, "asked before a site");
  await visit(`${sites.bank}/api/auth/sign-in?returnTo=/accounts`, "asked before a site by OpenID Connect");
  await page.goto(`${sites.hub}/account/sessions`);
  await page.getByRole("button", { name: "Stop asking" }).click();
  await page.getByRole("status").waitFor();
  await look("account: sessions, no longer asked");
}

/** Three sign-ins of another browser, of which one ends. */
async function visitOtherBrowsers({ page, sites, person, visit, look }: Tour): Promise<void> {
  for (const at of [sites.shop, sites.bank, sites.hub]) {
    const elsewhere = await page.context().browser()?.newContext();
    const other = await elsewhere?.newPage();
    if (other !== undefined) await signIn(other, person, { at });
    await elsewhere?.close();
  }
  await visit(`${sites.hub}/account/sessions`, "account: other browsers");
  await page
    .getByText(/^Sign out this one/)
    .first()
    .click();
  await look("account: other browsers, asked to confirm");
  await page
    .getByRole("button", { name: /^Sign out (Chrom|Headless)/ })
    .first()
    .click();
  await page.getByRole("status").waitFor();
  await look("account: other browsers, one signed out");
}

/** The form for another password: while one is typed, and refused. */
async function visitPassword({ page, sites: { hub }, visit, look }: Tour): Promise<void> {
  await visit(`${hub}/account/password`, "account: change of the password");
  const password = page.getByLabel("New password", { exact: true });
  for (const typed of ["short", "passwordpassword", "seven yellow submarines"]) {
    await password.fill(typed);
    await look(`account: change of the password, typed ${typed}`);
  }
  await password.fill("passwordpassword");
  await page.getByRole("button", { name: "Change my password" }).click();
  await page.getByRole("alert").waitFor();
  await look("account: change of the password, refused");
}

async function visitAppPasswords({ page, sites: { hub }, visit, look }: Tour): Promise<void> {
  const make = page.getByRole("button", { name: "Make the app password" });
  await visit(`${hub}/account/app-passwords/new`, "form for an app password");
  await make.click();
  await page.getByRole("alert").waitFor();
  await look("form for an app password, with errors");
  await page.getByLabel("Name").fill("Backup of the laptop, and its rather long name in all");
  for (const box of await page.getByRole("checkbox").all()) await box.check();
  await make.click();
  await page.getByRole("heading", { name: "Your new app password" }).waitFor();
  await look("app password, shown once");
  await page.goto(`${hub}/account/apps`);
  await page.getByText(/^Revoke:/).click();
  await look("app passwords, asked to confirm");
  await page.getByRole("button", { name: /^Revoke/ }).click();
  await page.getByRole("status").waitFor();
  await look("app passwords, one revoked");
}

/** The mails that the hub would send: none, and one about a second browser of the user. */
export async function visitMails({ page, sites: { hub }, person, visit, look }: Tour): Promise<void> {
  await visit(`${hub}/dev/mail?to=nobody@example.com`, "mails, none yet");
  const elsewhere = await page.context().browser()?.newContext();
  if (elsewhere === undefined) throw new Error("the browser is gone");
  await signIn(await elsewhere.newPage(), person, { at: `${hub}/account` });
  await elsewhere.close();
  await readMails(person.email);
  await visit(`${hub}/dev/mail?to=${encodeURIComponent(person.email)}`, "mails");
  await page.getByRole("link", { name: "New sign-in to your account" }).first().click();
  await page.getByRole("heading", { name: "New sign-in to your account" }).waitFor();
  await look("mail");
}

/** The user's own entries of the audit trail: the newest, and the page after the last. */
export async function visitActivity({ sites: { hub }, visit }: Tour): Promise<void> {
  await visit(`${hub}/account/activity`, "account: activity");
  await visit(`${hub}/account/activity?before=1`, "account: activity, nothing earlier");
}

/** The deletion of the account, and the question before it is kept. */
async function visitDeletion({ page, sites: { hub }, person, look }: Tour): Promise<void> {
  await page.goto(`${hub}/cas/login?${new URLSearchParams({ renew: "true", return: "/account/data" })}`);
  await fillSignInForm(page, person);
  const remove = page.getByRole("button", { name: "Delete my account" });
  await remove.click();
  await page.getByRole("alert").waitFor();
  await look("account: the user's data, with an error");
  await page.getByLabel(/enter your username/).fill(person.username);
  await remove.click();
  await page.getByText("Your account will be deleted on").waitFor();
  await look("signed-out page, the account will be deleted");
  await page.goto(`${hub}/cas/login`);
  await fillSignInForm(page, person);
  await page.getByRole("heading", { name: "Keep your account?" }).waitFor();
  await look("asked whether to keep the account");
  await page.getByRole("button", { name: "Keep my account" }).click();
  await page.waitForURL(`${hub}/account`);
}

/** A sign-out at the hub's own address and one requested by a site; before that, a ticket sent by a form. */
export async function visitSignOut(tour: Tour): Promise<void> {
  const { page, sites, person, visit, look } = tour;
  await visitDeletion(tour);
  await visit(`${sites.hub}/cas/logout`, "signed-out page");
  await signIn(page, person, { at: `${sites.bank}/accounts` });
  await visitTicketForm(tour);
  await visit(`${sites.hub}/oidc/session/end?client_id=bank`, "asked by a site whether to sign out");
  await visit(`${sites.hub}/oidc/session/end`, "asked whether to sign out");
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "You are signed out" }).waitFor();
  await look("signed-out page, because a site asked");
}

/** The page without its script, which sends the form at once. */
async function visitTicketForm({ page, sites: { hub, shop }, visit }: Tour): Promise<void> {
  const service = `${shop}/api/auth/callback/gatehouse`;
  const address = `${hub}/cas/login?${new URLSearchParams({ service, method: "POST" })}`;
  await withoutScript(page, () => visit(address, "ticket form"));
}

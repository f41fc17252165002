import { randomBytes } from "node:crypto";
import { fillSignInForm, readMails } from "@gatehouse/testing";
import { becomeAnother, openWithFreshSignIn, type Tour } from "./tour.ts";

const chosen = "seven green boats at noon";

/** Sign-up, forgotten password and change of the address: the forms, the mailed links, and links that do not work. */
export async function visitLinks(tour: Tour): Promise<void> {
  await visitSignUp(tour);
  await visitForgottenPassword(tour);
  await visitSetPassword(tour);
  await visitNewAddress(tour);
}

async function visitSignUp({ page, sites: { hub, shop }, visit, look }: Tour): Promise<void> {
  const send = page.getByRole("button", { name: "Send me a link" });
  const service = `${shop}/api/auth/callback/gatehouse`;
  await visit(`${hub}/sign-up?${new URLSearchParams({ service })}`, "sign-up, from a site");
  await page.getByLabel("Email").fill("no address");
  await send.click();
  await page.getByRole("alert").waitFor();
  await look("sign-up, with an error");
  const email = `tour-${randomBytes(4).toString("hex")}@example.com`;
  await page.getByLabel("Email").fill(email);
  await send.click();
  await page.getByRole("heading", { name: "Check your mail" }).waitFor();
  await look("sign-up, check your mail");
  await visit(await mailedLink(email), "new account");
  await page.getByLabel("Username").fill("Dora!");
  await page.getByRole("button", { name: "Create your account" }).click();
  await page.getByRole("alert").waitFor();
  await look("new account, with errors");
  await visit(`${hub}/sign-up/account?link=spent`, "sign-up link that does not work");
}

async function visitForgottenPassword({ page, sites: { hub }, people, visit, look }: Tour): Promise<void> {
  const send = page.getByRole("button", { name: "Send me a link" });
  const change = page.getByRole("button", { name: "Change my password" });
  const person = await people.create();
  await visit(`${hub}/forgot-password`, "forgotten password");
  await send.click();
  await page.getByRole("alert").waitFor();
  await look("forgotten password, with an error");
  await page.getByLabel("Username or email").fill(person.username);
  await send.click();
  await page.getByRole("heading", { name: "Check your mail" }).waitFor();
  await look("forgotten password, check your mail");
  await visit(await mailedLink(person.email), "new password by a link");
  await page.getByLabel("New password", { exact: true }).fill("short");
  await change.click();
  await page.getByRole("alert").waitFor();
  await look("new password by a link, with an error");
  await page.getByLabel("New password", { exact: true }).fill(chosen);
  await change.click();
  await page.getByText("Your new password is set").waitFor();
  await look("sign-in page, after a new password");
  await visit(`${hub}/reset-password?link=spent`, "link for a new password that does not work");
}

/** An operator set the password. */
async function visitSetPassword({ page, sites: { hub }, people, look }: Tour): Promise<void> {
  const person = await people.create({ mustChangePassword: true });
  await page.goto(`${hub}/cas/login`);
  await fillSignInForm(page, person);
  await page.getByRole("heading", { name: "Choose a new password" }).waitFor();
  await look("new password instead of an operator's");
  await page.getByLabel("New password", { exact: true }).fill("too short");
  await page.getByRole("button", { name: "Save it and sign in" }).click();
  await page.getByRole("alert").waitFor();
  await look("new password instead of an operator's, with an error");
}

async function visitNewAddress(tour: Tour): Promise<void> {
  const {
    page,
    people,
    person: { name },
    sites: { hub },
    visit,
    look,
  } = tour;
  const send = page.getByRole("button", { name: "Send me a link" });
  const person = await people.create({ name });
  await becomeAnother(tour, person);
  await visit(`${hub}/account/email`, "account: form for the address");
  await send.click();
  await page.getByRole("alert").waitFor();
  await look("account: form for the address, with an error");
  await openWithFreshSignIn(tour, person, "/account/email");
  const email = `new-${person.email}`;
  await page.getByLabel("New email address").fill(email);
  await send.click();
  await page.getByRole("status").waitFor();
  await look("account: profile, a link to the new address sent");
  await visit(await mailedLink(email), "asked whether to use the address");
  await page.getByRole("button", { name: "Use this address" }).click();
  await page.getByRole("heading", { name: "Your address is confirmed" }).waitFor();
  await look("new address in use");
  await visit(`${hub}/email-change?link=spent`, "link for an address that does not work");
}

/** Address of the single-use link in the newest mail that has one. */
async function mailedLink(recipient: string): Promise<string> {
  const link = (await readMails(recipient)).find((mail) => mail.link?.includes("?link="))?.link;
  if (!link) throw new Error(`no mail with a link to ${recipient}`);
  return link;
}

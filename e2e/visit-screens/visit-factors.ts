import { fillSignInForm, type Person } from "@gatehouse/testing";
import { Secret, TOTP } from "otpauth";
import { Authenticator } from "../authenticator.ts";
import { becomeAnother, openWithFreshSignIn, type Tour, withoutScript } from "./tour.ts";

const addPasskeyPath = "/account/security/passkeys/new";

/** Passkeys and the second step, of a user with the name of the tour's. */
export async function visitFactors(tour: Tour): Promise<void> {
  const { page, sites, people, look } = tour;
  const person = await people.create({ name: tour.person.name });
  await becomeAnother(tour, person);
  await visitPasskeys(tour, person);
  await visitSecondStep(tour, person, "second step, with a passkey alone");
  // Of another user, who has no passkey yet.
  const other = await people.create({ name: tour.person.name });
  await becomeAnother(tour, other);
  const secret = await visitSetUp(tour, other);
  await visitSecondStep(tour, other, "second step");
  await visitWrongCodes(tour);
  await page.getByLabel("Code from your authenticator app").fill(codeOf(secret, 0));
  await page.getByRole("button", { name: "Continue" }).click();
  await page.waitForURL(`${sites.hub}/account`);
  await page.goto(`${sites.hub}${addPasskeyPath}`);
  await addPasskey(tour);
  await visitSecondStep(tour, other, "second step, with a passkey and codes");
  await becomeAnother(tour, tour.person);
  await page.goto(`${sites.hub}/cas/login?renew=true`);
  await fillSignInForm(page, await people.create());
  await page.getByRole("heading", { name: "Which account?" }).waitFor();
  await look("asked which account");
}

async function visitPasskeys(tour: Tour, person: Person): Promise<void> {
  const { page, sites, look, visit } = tour;
  await openWithFreshSignIn(tour, person, addPasskeyPath);
  await look("form for a passkey");
  await withoutScript(
    page,
    () => visit(`${sites.hub}${addPasskeyPath}`, "form for a passkey, without its script"),
    "passkey",
  );
  await openWithFreshSignIn(tour, person, addPasskeyPath);
  await addPasskey(tour);
  await page.getByText(/^Make new codes:/).click();
  await page.getByRole("button", { name: "Make new recovery codes" }).click();
  await page.getByRole("heading", { name: "Your recovery codes" }).waitFor();
  await look("recovery codes, made anew");
  await page.goto(`${sites.hub}/account/security`);
  await look("account: security, a passkey added");
  await page.getByText(/^Rename/).click();
  await look("account: security, renaming a passkey");
  await page.goto(`${sites.hub}/account/security`);
  await page.getByText(/^Remove:/).click();
  await look("account: security, asked to confirm");
}

/** With a simulated authenticator, which is gone afterwards: it would sign in at the next sign-in page. */
async function addPasskey({ page }: Tour): Promise<void> {
  const authenticator = await Authenticator.of(page);
  await page.getByRole("button", { name: "Add a passkey" }).click();
  const added = page.getByRole("status").filter({ hasText: "is added" });
  const codes = page.getByRole("heading", { name: "Your recovery codes" });
  await added.or(codes).waitFor();
  if (await codes.isVisible()) await page.getByRole("link", { name: "I have saved them" }).click();
  await authenticator.remove();
}

/** @returns the secret of the app, in base32 */
async function visitSetUp(tour: Tour, person: Person): Promise<string> {
  const { page, sites, look, visit } = tour;
  const code = page.getByLabel("Code from the app");
  const turnOn = page.getByRole("button", { name: "Turn on one-time codes" });
  await openWithFreshSignIn(tour, person, "/account/security/codes/new");
  await look("set-up of one-time codes");
  // Anew, because the picture took longer than a sign-in is recent.
  await openWithFreshSignIn(tour, person, "/account/security/codes/new");
  await code.fill("12345");
  await turnOn.click();
  await page.getByRole("alert").waitFor();
  await page.getByText("Type a key instead").click();
  await look("set-up of one-time codes, with an error");
  await openWithFreshSignIn(tour, person, "/account/security/codes/new");
  await page.getByText("Type a key instead").click();
  const secret = ((await page.locator("#totp-secret").textContent()) ?? "").replaceAll(" ", "");
  await code.fill(codeOf(secret, -1));
  await turnOn.click();
  await page.getByRole("heading", { name: "Your recovery codes" }).waitFor();
  await look("recovery codes, shown once");
  await visit(`${sites.hub}/account/security`, "account: security, one-time codes on");
  await page.getByText(/^Turn off:/).click();
  await page.getByText(/^Make new codes:/).click();
  await look("account: security, one-time codes, asked to confirm");
  return secret;
}

/** The code of the present time step, or of one before it: the hub accepts each step once. */
function codeOf(secret: string, step: 0 | -1): string {
  const totp = new TOTP({ secret: Secret.fromBase32(secret) });
  return totp.generate({ timestamp: Date.now() + step * totp.period * 1000 });
}

async function visitSecondStep(
  { page, sites: { hub }, look }: Tour,
  person: Person,
  screen: string,
): Promise<void> {
  await page.context().clearCookies();
  await page.goto(`${hub}/cas/login?${new URLSearchParams({ return: "/account" })}`);
  await fillSignInForm(page, person);
  await page.getByRole("heading", { name: "Confirm that it is you" }).waitFor();
  await look(screen);
}

async function visitWrongCodes({ page, look }: Tour): Promise<void> {
  await page.getByLabel("Code from your authenticator app").fill("12345");
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("alert").waitFor();
  await look("second step, with an error");
  await page.getByText("Use a recovery code instead").click();
  await page.getByLabel("Recovery code").fill("abcd");
  await page.getByRole("button", { name: "Use this code" }).click();
  await page.getByRole("alert").waitFor();
  await look("second step, with an error in the recovery code");
}

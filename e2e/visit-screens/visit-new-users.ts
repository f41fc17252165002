import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Authenticator } from "../authenticator.ts";
import { OwnHub } from "../own-hub.ts";
import type { Tour } from "./tour.ts";

/** New users of a hub in production, whose operators need a second step: an operator with a password, a user with a passkey. */
export async function visitNewUsers(tour: Tour): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "gatehouse-new-users-"));
  const registrations = join(folder, "sites");
  await mkdir(registrations);
  // The command line knows no hub of the test mode at another address.
  const hub = await OwnHub.inFolder(join(folder, "data"), {
    HUB_MODE: "production",
    LOGIN_THROTTLE: "on",
    SITES_DIR: registrations,
  });
  try {
    await hub.start();
    await visitOperator(tour, await invite(hub, "olga", "--operator"));
    await tour.page.context().clearCookies();
    await visitPasskey(tour, await invite(hub, "paula"));
    // Before the hub is gone: its pages ask it for nothing any more.
    await tour.page.goto("about:blank");
  } finally {
    await hub.stop();
    await rm(folder, { recursive: true });
  }
}

/** @returns the link */
async function invite(hub: OwnHub, username: string, ...more: readonly string[]): Promise<string> {
  const address = `${username}@example.com`;
  const added = await hub.runCommand("user", "add", username, "--email", address, "--print-link", ...more);
  return (added as { readonly link: string }).link;
}

async function visitOperator({ page, person, visit, look }: Tour, invitation: string): Promise<void> {
  await visit(invitation, "invitation");
  await page.getByLabel("Your name").fill(person.name);
  await page.getByLabel("Password", { exact: true }).fill("seven green boats at noon");
  await page.getByRole("button", { name: "Set up your account" }).click();
  await page.getByRole("heading", { name: "Set up one-time codes" }).waitFor();
  await look("set-up of one-time codes, of an operator");
}

async function visitPasskey({ page, person, look }: Tour, invitation: string): Promise<void> {
  await page.goto(invitation);
  await page.getByLabel("Your name").fill(person.name);
  await page.getByRole("button", { name: "Use a passkey instead" }).click();
  await page.getByRole("heading", { name: "Create your passkey" }).waitFor();
  await look("new account, with a passkey");
  const authenticator = await Authenticator.of(page);
  await page.getByRole("button", { name: "Create a passkey" }).click();
  await page.getByRole("heading", { name: "Your recovery codes" }).waitFor();
  await authenticator.remove();
  await look("recovery codes, of a new account");
}

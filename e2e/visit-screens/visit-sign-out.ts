import { signIn } from "@gatehouse/testing";
import type { Tour } from "./tour.ts";
import { withoutScript } from "./without-script.ts";

/** Signed out by the hub's own address, and because a site asks for it; before that, a ticket sent by a form. */
export async function visitSignOut(tour: Tour): Promise<void> {
  const { page, sites, person, visit, look } = tour;
  await visit(`${sites.hub}/cas/logout`, "signed-out page");
  await signIn(page, person, { at: `${sites.bank}/accounts` });
  await visitTicketForm(tour);
  await visit(`${sites.hub}/oidc/session/end?client_id=bank`, "asked by a site whether to sign out");
  await visit(`${sites.hub}/oidc/session/end`, "asked whether to sign out");
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "You are signed out" }).waitFor();
  await look("signed-out page, because a site asked");
}

/** As it stands without its script, which sends the form at once. */
async function visitTicketForm({ page, sites: { hub, shop }, visit }: Tour): Promise<void> {
  const service = `${shop}/api/auth/callback/gatehouse`;
  const address = `${hub}/cas/login?${new URLSearchParams({ service, method: "POST" })}`;
  await withoutScript(page, () => visit(address, "ticket form"));
}

import { expect } from "@gatehouse/testing";
import { becomeAnother, type Tour, withoutScript } from "./tour.ts";

const scope = "openid offline_access accounts.read transactions.read";
/** No server listens there: the tour ends with the user's answer. */
const redirectUri = "http://127.0.0.1:1/callback";

/** Authorization request of a third-party program. The challenge has no verifier, because no code is redeemed. */
function authorizationAddress({ hub, bank }: Tour["sites"], changed: Record<string, string> = {}): string {
  const asked = {
    client_id: "budget",
    response_type: "code",
    redirect_uri: redirectUri,
    scope,
    resource: `${bank}/api`,
    prompt: "consent",
    code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    code_challenge_method: "S256",
    ...changed,
  };
  return `${hub}/oidc/auth?${new URLSearchParams(asked)}`;
}

/** Requests that the issuer cannot answer by a redirect, because they name no valid address. */
export async function visitIssuerErrors({ sites, visit }: Tour): Promise<void> {
  const unknown = authorizationAddress(sites, { client_id: "nobody" });
  await visit(unknown, "error page of the issuer, unknown program");
  const elsewhere = authorizationAddress(sites, { redirect_uri: "https://elsewhere.example/callback" });
  await visit(elsewhere, "error page of the issuer, wrong address");
  const back = { client_id: "bank", post_logout_redirect_uri: "https://elsewhere.example/" };
  await visit(
    `${sites.hub}/oidc/session/end?${new URLSearchParams(back)}`,
    "error page of the issuer, wrong way back from a sign-out",
  );
  await visit(`${sites.hub}/oidc/interaction/begun-elsewhere`, "error page of a flow that has expired");
}

/** A third-party program asks for consent, and gets less than it requested. */
export async function visitConsent({ page, sites, visit, look }: Tour): Promise<void> {
  await visit(
    authorizationAddress(sites, { scope: "openid", prompt: "login consent" }),
    "sign-in page for a program",
  );
  await visit(authorizationAddress(sites), "consent");
  await page.getByRole("checkbox", { name: /see your accounts/i }).uncheck();
  await look("consent, with a box cleared");
  await page.getByRole("checkbox", { name: /see your transactions/i }).uncheck();
  await look("consent, with nothing ticked");
  await page.getByRole("checkbox", { name: /see your accounts/i }).check();
  await page.getByRole("button", { name: "Allow", exact: true }).click();
  // Not by `waitForURL`, which fails when the navigation does.
  await expect(page).toHaveURL("chrome-error://chromewebdata/");
  await visit(authorizationAddress(sites, { prompt: "" }), "consent, some of it allowed before");
}

/** Harbour Bank requires a more recent sign-in, as before a transfer; and a second step, which the user has to set up. */
export async function visitStepUp(tour: Tour): Promise<void> {
  const { page, people, sites, visit, look } = tour;
  const changed = {
    client_id: "bank",
    redirect_uri: `${sites.bank}/api/auth/callback/gatehouse`,
    scope: "openid",
    max_age: "0",
    prompt: "",
  };
  await visit(authorizationAddress(sites, changed), "sign-in page, asked again because money moves");
  const { max_age: _, ...recent } = changed;
  const acr = { essential: true, values: ["urn:gatehouse:acr:factor"] };
  const demanded = { ...recent, claims: JSON.stringify({ id_token: { acr } }) };
  await becomeAnother(tour, await people.create({ name: tour.person.name }));
  await page.goto(authorizationAddress(sites, demanded));
  await page.getByRole("heading", { name: "Set up one-time codes" }).waitFor();
  await look("set-up of one-time codes, demanded by a site");
  await becomeAnother(tour, tour.person);
}

/** The page that posts a code, without its script, which sends the form at once. */
export async function visitCodeForm({ page, sites, visit }: Tour): Promise<void> {
  const changed = {
    client_id: "bank",
    redirect_uri: `${sites.bank}/api/auth/callback/gatehouse`,
    response_mode: "form_post",
    scope: "openid",
    prompt: "",
  };
  await withoutScript(page, () => visit(authorizationAddress(sites, changed), "code form"));
}

/** The leaving page between the hub and a site, without its script, which continues at once. */
export async function visitLeaving({ page, sites, look }: Tour): Promise<void> {
  await withoutScript(page, async () => {
    await page.goto(authorizationAddress(sites));
    await page.getByRole("button", { name: "Do not allow" }).click();
    await page.getByRole("heading", { name: /^Going to/ }).waitFor();
    await look("page on the way to a program");
  });
}

/** The same program on a device that shows a code: allowed, then another one declined. */
export async function visitDevice(tour: Tour): Promise<void> {
  const { page, sites, visit, look } = tour;
  await visit(`${sites.hub}/oidc/device`, "form for a device's code");
  await enterCode(tour, "BBBB-BBBB");
  await page.getByRole("alert").waitFor();
  await look("form for a device's code, with an error");
  await enterCode(tour, await beginOnDevice(tour));
  await page.getByText("asks on another device").waitFor();
  await look("consent for a device");
  await page.getByRole("button", { name: "Allow", exact: true }).click();
  await page.getByRole("heading", { name: "Allowed on your device" }).waitFor();
  await look("device allowed");
  await page.goto(`${sites.hub}/oidc/device`);
  await enterCode(tour, await beginOnDevice(tour));
  for (const box of await page.getByRole("checkbox").all()) await box.uncheck();
  await page.getByRole("button", { name: "Sign in without access" }).click();
  await page.getByRole("heading", { name: "Signed in without access" }).waitFor();
  await look("device signed in without access");
  await page.goto(`${sites.hub}/oidc/device`);
  await enterCode(tour, await beginOnDevice(tour));
  await page.getByRole("button", { name: "Do not allow" }).click();
  await page.getByRole("heading", { name: "Not allowed" }).waitFor();
  await look("device declined");
}

/** @returns the code that the device shows */
async function beginOnDevice({ page, sites: { hub, bank } }: Tour): Promise<string> {
  const form = { client_id: "budget", scope, resource: `${bank}/api` };
  const begun = await page.request.post(`${hub}/oidc/device/auth`, { form });
  return ((await begun.json()) as { user_code: string }).user_code;
}

async function enterCode({ page }: Tour, code: string): Promise<void> {
  await page.getByLabel("Code").fill(code);
  await page.getByRole("button", { name: "Continue" }).click();
}

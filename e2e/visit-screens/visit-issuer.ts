import type { Tour } from "./tour.ts";

const scope = "openid offline_access accounts.read transactions.read";
/** Nobody listens there: what comes after her answer is not looked at. */
const redirectUri = "http://127.0.0.1:1/callback";

/** Where a program of somebody else's asks. The challenge belongs to no verifier, as no code is ever redeemed. */
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

/** What the issuer cannot answer, because it does not know where to. */
export async function visitIssuerErrors({ sites, visit }: Tour): Promise<void> {
  const unknown = authorizationAddress(sites, { client_id: "nobody" });
  await visit(unknown, "error page of the issuer, unknown program");
  const elsewhere = authorizationAddress(sites, { redirect_uri: "https://elsewhere.example/callback" });
  await visit(elsewhere, "error page of the issuer, wrong address");
}

/** A program of somebody else's asks, and gets less than it asked for. */
export async function visitConsent({ page, sites, visit, look }: Tour): Promise<void> {
  await visit(
    authorizationAddress(sites, { scope: "openid", prompt: "login consent" }),
    "sign-in page for a program",
  );
  await visit(authorizationAddress(sites), "consent");
  await page.getByRole("checkbox", { name: /see your accounts/i }).uncheck();
  await look("consent, with a box cleared");
  const left = page.waitForEvent("requestfailed", (request) => request.url().startsWith(redirectUri));
  await page.getByRole("button", { name: "Allow", exact: true }).click();
  await left;
}

/** The same program on a device that shows a code. */
export async function visitDevice({ page, sites: { hub, bank }, visit, look }: Tour): Promise<void> {
  const form = { client_id: "budget", scope, resource: `${bank}/api` };
  const begun = await page.request.post(`${hub}/oidc/device/auth`, { form });
  const { user_code: code } = (await begun.json()) as { user_code: string };
  const goOn = page.getByRole("button", { name: "Continue" });
  await visit(`${hub}/oidc/device`, "form for a device's code");
  await page.getByLabel("Code").fill("BBBB-BBBB");
  await goOn.click();
  await page.getByRole("alert").waitFor();
  await look("form for a device's code, with an error");
  await page.getByLabel("Code").fill(code);
  await goOn.click();
  await page.getByText("asks on another device").waitFor();
  await look("consent for a device");
  await page.getByRole("button", { name: "Allow", exact: true }).click();
  await page.getByRole("heading", { name: "Your device is signed in" }).waitFor();
  await look("device signed in");
}

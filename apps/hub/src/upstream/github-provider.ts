/** GitHub, which signs users in by OAuth 2.0 without OpenID Connect. */
import type { UpstreamSetting } from "../settings/upstream-settings.ts";

type ReadJson = (url: string, init: RequestInit) => Promise<unknown>;

/**
 * The provider in the terms of Auth.js.
 *
 * @param readProfile reads the user's profile with the access token
 * @see https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
 */
export function githubProvider(
  { issuer }: Pick<UpstreamSetting, "issuer">,
  readProfile: (accessToken: string) => Promise<object>,
) {
  return {
    type: "oauth" as const,
    issuer: `${issuer}/login/oauth`,
    checks: ["pkce" as const, "state" as const],
    authorization: {
      url: `${issuer}/login/oauth/authorize`,
      params: { scope: "read:user user:email" },
    },
    token: `${issuer}/login/oauth/access_token`,
    userinfo: {
      url: `${apiOf(issuer)}/user`,
      request: ({ tokens }: { readonly tokens: { readonly access_token: string } }) =>
        readProfile(tokens.access_token),
    },
  };
}

/**
 * The user's profile in the terms of OpenID Connect. The address of a GitHub profile may be unverified, so the verified
 * primary one of the list of addresses is used.
 */
export async function readGithubProfile(
  { issuer }: Pick<UpstreamSetting, "issuer">,
  accessToken: string,
  readJson: ReadJson,
): Promise<object> {
  const init = { headers: { authorization: `Bearer ${accessToken}`, "user-agent": "gatehouse" } };
  const { id, login, name } = (await readJson(`${apiOf(issuer)}/user`, init)) as Record<string, unknown>;
  const emails = await readJson(`${apiOf(issuer)}/user/emails`, init);
  const primary = (Array.isArray(emails) ? emails : []).find(
    (one: { primary?: unknown; verified?: unknown }) => one?.primary === true && one.verified === true,
  );
  return {
    sub: Number.isSafeInteger(id) ? String(id) : undefined,
    preferred_username: login,
    name,
    ...(primary === undefined ? {} : { email: primary.email, email_verified: true }),
  };
}

/** GitHub Enterprise serves the API below its website. */
export function apiOf(issuer: string): string {
  return issuer === "https://github.com" ? "https://api.github.com" : `${issuer}/api/v3`;
}

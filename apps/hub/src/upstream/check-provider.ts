/** Asks a provider what a sign-in with it needs, before a user does. */
import { type Outbound, OutboundError } from "../outbound/outbound.ts";
import type { UpstreamSetting } from "../settings/upstream-settings.ts";
import { apiOf } from "./github-provider.ts";

export interface CheckedProvider {
  readonly id: string;
  readonly state: "ok" | "unreachable" | "invalid";
  /** To register at the provider. */
  readonly redirectUri: string;
  /** For the operator. */
  readonly sentences: readonly string[];
}

/** Members of the metadata that a sign-in reads. @see OpenID Connect Discovery 1.0, section 3 */
const needed = ["authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"] as const;

/** Checks neither id nor secret of the hub: only a sign-in does. */
export async function checkProvider(
  needs: { readonly outbound: Pick<Outbound, "fetch">; readonly hubUrl: string },
  upstream: UpstreamSetting,
): Promise<CheckedProvider> {
  const { id, issuer, name } = upstream;
  const redirectUri = `${needs.hubUrl}/upstream/callback/${id}`;
  const fault = await (upstream.protocol === "github" ? faultOfGithub : faultOfIssuer)(needs, upstream);
  const found = fault === null ? "answers" : fault.words;
  return {
    id,
    state: fault === null ? "ok" : fault.state,
    redirectUri,
    sentences: [
      `The provider ${id} (${name}, ${issuer}) ${found}.${fault?.remedy === undefined ? "" : ` ${fault.remedy}`}`,
      `  Redirect URI to register there: ${redirectUri}`,
    ],
  };
}

interface Fault {
  readonly state: "unreachable" | "invalid";
  readonly words: string;
  readonly remedy?: string | undefined;
}

type FindFault = (
  needs: { readonly outbound: Pick<Outbound, "fetch"> },
  upstream: UpstreamSetting,
) => Promise<Fault | null>;

/** @see OpenID Connect Discovery 1.0, sections 4 and 4.3 */
const faultOfIssuer: FindFault = async (needs, { id, issuer }) => {
  const setting = `UPSTREAM_${id.toUpperCase()}_ISSUER`;
  const address = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const answer = await ask(needs, address);
  if (!(answer instanceof Response)) return answer;
  const metadata = await metadataOf(answer);
  if (metadata === null)
    return {
      state: "invalid",
      words: `has no metadata at ${address} (status ${answer.status})`,
      remedy: `Set ${setting} to the provider's issuer, as its documentation or its metadata names it.`,
    };
  const named = typeof metadata.issuer === "string" ? metadata.issuer : "";
  if (URL.parse(named)?.href !== URL.parse(issuer)?.href)
    return {
      state: "invalid",
      words: `calls itself "${named.slice(0, 200)}"`,
      remedy: `Set ${setting} to exactly that, if it is the provider that you mean.`,
    };
  const missing = needed.filter((member) => URL.parse(String(metadata[member])) === null);
  return missing.length === 0
    ? null
    : {
        state: "invalid",
        words: `does not say its ${missing.join(", ")}`,
        remedy: "The hub cannot sign users in there.",
      };
};

/** GitHub publishes no metadata: its API is asked whether it is there. */
const faultOfGithub: FindFault = async (needs, { issuer }) => {
  const answer = await ask(needs, `${apiOf(issuer)}/`);
  if (!(answer instanceof Response)) return answer;
  // GitHub Enterprise may answer strangers with 401.
  if (answer.status < 400 || answer.status === 401 || answer.status === 403) return null;
  return {
    state: "invalid",
    words: `has no API at ${apiOf(issuer)} (status ${answer.status})`,
    remedy: "UPSTREAM_GITHUB_ISSUER should be the website of a GitHub Enterprise server, or unset.",
  };
};

async function ask({ outbound }: Parameters<FindFault>[0], address: string): Promise<Response | Fault> {
  try {
    const answer = await outbound.fetch(address, {
      headers: { accept: "application/json", "user-agent": "gatehouse" },
    });
    if (answer.status < 500) return answer;
    return { state: "unreachable", words: `fails with status ${answer.status}` };
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    return { state: "unreachable", words: `cannot be reached (${error.code})`, remedy: error.advice };
  }
}

async function metadataOf(answer: Response): Promise<Readonly<Record<string, unknown>> | null> {
  if (answer.status !== 200) return null;
  const parsed: unknown = await answer.json().catch(() => null);
  return typeof parsed === "object" ? (parsed as Readonly<Record<string, unknown>> | null) : null;
}

/**
 * Reasons to interrupt an authorization request with a question, and the page for users who chose to be asked before
 * every sign-in (CAS: `warn`).
 */
import { decodeJwt } from "jose";
import { suggestedName } from "../../credential/typed-name.ts";
import type { ScreenAnswer } from "../../http/route.ts";
import { isNameOf } from "../../sign-in/choose-account.ts";
import type { RegisteredSite } from "../../site-registry/registered-site.ts";
import type { SiteRegistry } from "../../site-registry/site-registry.ts";
import {
  type Configuration,
  type Flow,
  interactionPolicy,
  type KoaContextWithOIDC,
} from "../issuer/provider.ts";
import { currentSession } from "../store/request-context.ts";
import { acrReason, type DemandedAcr, demandedAcr, isTooWeak } from "./demanded-acr.ts";

const reason = "ask_before";
/** The site suggests an account other than the signed-in one. */
export const hintReason = "login_hint_of_another";

/** The site accepts only another account, and another user has signed in during the request. */
export const otherReason = "id_token_hint_of_another";

type SubjectAt = NonNullable<Configuration["pairwiseIdentifier"]>;

/** The site asks the user to choose the account. */
export const chooseReason = "select_account_wanted";

/**
 * The checks of oidc-provider, and those of the hub.
 *
 * @see OpenID Connect Core 1.0, section 3.1.2.1 (prompt)
 */
export function interactionRules(
  subjectAt: SubjectAt | undefined,
  sites: Pick<SiteRegistry, "find">,
): interactionPolicy.DefaultPolicy {
  const policy = interactionPolicy.base();
  policy.get("login")?.checks.remove("essential_acr");
  policy.get("login")?.checks.remove("essential_acrs");
  policy.get("login")?.checks.add(
    new interactionPolicy.Check(
      acrReason,
      "the sign-in is weaker than the request demands",
      "login_required",
      ({ oidc }) => {
        const session = currentSession();
        const demanded = demandOf(oidc, sites);
        if (demanded === null) return false;
        // A voluntary demand that the user could not meet is dropped.
        if (!demanded.essential && oidc.result?.login?.acrAsked === true) return false;
        return session === null ? demanded.acr === null : isTooWeak(session.amr, demanded);
      },
      ({ oidc }) => ({ demanded: demandOf(oidc, sites) }),
    ),
  );
  policy.get("login")?.checks.add(
    new interactionPolicy.Check(
      otherReason,
      "the requested account is not signed in",
      "login_required",
      async (ctx) => {
        const { params, client, entities } = ctx.oidc;
        const hint = params?.id_token_hint;
        const session = currentSession();
        // oidc-provider compares when the request arrives, and not with a user who signs in later.
        if (typeof hint !== "string" || entities.IdTokenHint !== undefined) return false;
        if (session === null || client === undefined) return false;
        const { id } = session.person;
        return decodeJwt(hint).sub !== ((await subjectAt?.(ctx, id, client)) ?? id);
      },
    ),
  );
  policy.get("login")?.checks.add(
    new interactionPolicy.Check(hintReason, "the site suggests another account", "login_required", (ctx) => {
      const { result, params, prompts } = ctx.oidc;
      const session = currentSession();
      // With prompt=none the user cannot choose, and a hint is no demand: the ID token names the user.
      if (session === null || result?.login !== undefined || prompts.has("none")) return false;
      const hint = suggestedName(params?.login_hint, 200);
      return hint !== "" && !isNameOf(hint, session);
    }),
  );
  policy.add(chooseAccountPrompt(), 1);
  policy.get("consent")?.checks.add(
    new interactionPolicy.Check(reason, "the user wants to be asked first", "interaction_required", (ctx) => {
      const { result } = ctx.oidc;
      // A user who signed in for this site, or answered a question about it, has been asked.
      const asked = result?.login !== undefined || result?.consent !== undefined;
      return currentSession()?.askBefore === true && !asked;
    }),
  );
  return policy;
}

/** After the sign-in, which is a choice of account too. */
function chooseAccountPrompt(): interactionPolicy.Prompt {
  const prompt = new interactionPolicy.Prompt({ name: "select_account", requestable: true });
  prompt.checks.clear();
  prompt.checks.add(
    new interactionPolicy.Check(
      chooseReason,
      "the user has to choose an account",
      "account_selection_required",
      ({ oidc: { prompts, result } }) =>
        prompts.has("select_account") && result?.login === undefined && result?.select_account === undefined,
    ),
  );
  return prompt;
}

function demandOf(oidc: KoaContextWithOIDC["oidc"], sites: Pick<SiteRegistry, "find">): DemandedAcr | null {
  const { claims, client } = oidc;
  return demandedAcr({
    claim: (claims as { id_token?: { acr?: unknown } } | undefined)?.id_token?.acr,
    requires: sites.find(client?.clientId ?? "")?.requires,
  });
}

/** Whether the only question is whether to continue. */
export function onlyAsksBefore(flow: Flow): boolean {
  return flow.prompt.reasons.length === 1 && flow.prompt.reasons[0] === reason;
}

export function askBeforePage(
  action: string,
  site: RegisteredSite,
  person: { readonly name: string; readonly username: string },
  token: string,
): ScreenAnswer["screen"] {
  return {
    name: "ask-before",
    model: {
      action,
      hidden: [{ name: "token", value: token }],
      site: { name: site.name, host: site.host, mark: site.mark },
      person: { name: person.name, username: person.username },
      // A request with prompt=none never shows this page, so the site needs the sign-in.
      needed: true,
      declineTo: site.url,
    },
  };
}

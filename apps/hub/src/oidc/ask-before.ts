/** Somebody may want to be asked before a site learns who she is (CAS: warn); here as there, for this once. */
import { interactionPolicy } from "oidc-provider";
import type { Call, Drawn } from "../http/route.ts";
import type { RegisteredSite } from "../site-registry/registered-site.ts";
import { currentSession } from "./central-session-view.ts";
import type { Flow } from "./interaction.ts";

const reason = "ask_before";

/** When somebody is asked: to sign in, for consent as the specification has it, and because she wants to be. */
export function interactionRules(): interactionPolicy.DefaultPolicy {
  const policy = interactionPolicy.base();
  policy.get("consent")?.checks.add(
    new interactionPolicy.Check(
      reason,
      "the person wants to be asked first",
      "interaction_required",
      (ctx) => {
        const { result } = ctx.oidc;
        // Whoever gave her password for this site, or said yes, has been asked.
        const asked = result?.login !== undefined || result?.consent !== undefined;
        return currentSession()?.askBefore === true && !asked;
      },
    ),
  );
  return policy;
}

/** Whether there is nothing to decide but whether to go on. */
export function onlyAsksBefore(flow: Flow): boolean {
  return flow.prompt.reasons.length === 1 && flow.prompt.reasons[0] === reason;
}

export function askBeforePage(
  call: Call,
  site: RegisteredSite,
  person: { readonly name: string; readonly username: string },
  token: string,
): Drawn["screen"] {
  return {
    name: "ask-before",
    model: {
      action: call.path,
      hidden: [{ name: "token", value: token }],
      site: { name: site.name, host: site.host },
      person: { name: person.name, username: person.username },
      // With prompt=none the site is told at once; here it has to know.
      needed: true,
      declineTo: site.url,
    },
  };
}

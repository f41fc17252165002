/** Sends a browser to another provider. */
import { HubError, type RefusalLink } from "../http/hub-error.ts";
import { type Answer, type Call, seeOther } from "../http/route.ts";
import type { UpstreamSetting } from "../settings/upstream-settings.ts";
import type { UpstreamEngine } from "./auth-engine.ts";
import { refuseUpstream } from "./refuse-upstream.ts";
import { UpstreamError } from "./upstream-error.ts";
import { type UpstreamFlow, type UpstreamFlowNeeds, writeFlow } from "./upstream-flow.ts";

export interface UpstreamNeeds extends UpstreamFlowNeeds {
  readonly upstreams: readonly UpstreamSetting[];
  readonly engine: UpstreamEngine;
}

/** A flow before it has gone to a provider. */
type BegunFlow = Omit<UpstreamFlow, "provider" | "secrets">;

const blankFlow: BegunFlow = {
  fields: [],
  rememberMe: false,
  askBefore: false,
  again: false,
  connectsTo: "",
  newAccount: "",
};

/** @throws HubError for an id that the settings do not name */
export function findUpstream({ upstreams }: Pick<UpstreamNeeds, "upstreams">, id: string): UpstreamSetting {
  const found = upstreams.find((one) => one.id === id);
  if (found !== undefined) return found;
  throw new HubError(404, "upstream_unknown", "This way to sign in does not exist", [
    "The address names a provider that is not set up here. Go to the sign-in page and choose a way from there.",
  ]);
}

/**
 * Redirects to the provider.
 *
 * @param begun members that are set; the others stay empty or off
 * @param link leads back to the page with the button
 * @throws HubError if the provider cannot be reached
 */
export async function beginUpstream(
  needs: UpstreamNeeds,
  call: Call,
  upstream: UpstreamSetting,
  begun: Partial<BegunFlow>,
  link: RefusalLink,
): Promise<Answer> {
  const flow: BegunFlow = { ...blankFlow, ...begun };
  const { address, secrets } = await orRefuse(call, upstream, link, () => needs.engine.start(upstream, flow));
  const cookies = writeFlow(needs, call, { ...flow, provider: upstream.id, secrets });
  if (cookies === null) throw refuseUpstream("too-long", upstream, link);
  return seeOther(address, { cookies });
}

/** Logs why a provider failed, and refuses. */
export async function orRefuse<Result>(
  call: Pick<Call, "log">,
  upstream: UpstreamSetting,
  link: RefusalLink,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    const { code, detail } = error;
    call.log.warn(
      { event: "upstream.failed", provider: upstream.id, code, detail },
      "sign-in with another provider failed",
    );
    throw refuseUpstream(code, upstream, link);
  }
}

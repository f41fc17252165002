/** `/healthz` and `/readyz`, and the proof by which `doctor` gets more facts. */
import { json, type Route, route } from "../http/route.ts";
import type { Mode } from "../settings/env.ts";
import type { HubKeys, PurposeKeys } from "../settings/secret-keys.ts";
import type { SiteRegistry } from "../site-registry/site-registry.ts";
import type { ProxyFault, ProxyWatch } from "./proxy-watch.ts";

export interface HealthNeeds {
  readonly mode: Mode;
  readonly hubUrl: string;
  readonly keys: Pick<HubKeys, "doctor">;
  readonly proxyWatch: Pick<ProxyWatch, "recent">;
  readonly sites: Pick<SiteRegistry, "list">;
  /** Whether the database answers. */
  readonly isDatabaseReady: () => Promise<boolean>;
}

const scheme = "Gatehouse-Doctor";

/**
 * Proof of `HUB_SECRETS`, for which a running hub gives `doctor` a detailed answer. A stolen proof reveals the mode of the
 * hub and the mistakes of its proxy, and nothing else.
 *
 * @returns the value of `Authorization`
 */
export function signDoctorRequest(keys: PurposeKeys, hubUrl: string): string {
  return `${scheme} ${keys.sign(hubUrl)}`;
}

function isDoctor(keys: PurposeKeys, hubUrl: string, authorization: string | undefined): boolean {
  const [given, proof = ""] = (authorization ?? "").split(" ");
  return given === scheme && keys.isSignature(hubUrl, proof);
}

/** Facts that only `doctor` receives. */
export interface DoctorFacts {
  readonly mode: string;
  /** Address of the machine that runs `doctor`, as the hub sees it through its proxies. */
  readonly address: string;
  readonly proxyFaults: readonly ProxyFault[];
}

export const healthRoutes = (needs: HealthNeeds): Route[] => [healthz(needs), readyz(needs)];

/**
 * Liveness: the process answers and names itself, so that a caller with a wrong `HUB_URL` notices another server, or the
 * hub under a name that its cookies and issuer do not have. Does not check dependencies, which a restart would not fix.
 */
function healthz({ mode, hubUrl, keys, proxyWatch }: HealthNeeds): Route {
  return route({
    method: "GET",
    path: "/healthz",
    caller: "anyone",
    antiForgery: "changes-nothing",
    sends: "nothing",
    speaks: "json",
    async answer({ address, header }) {
      const known = { status: "ok", service: "gatehouse-hub", url: hubUrl };
      if (!isDoctor(keys.doctor, hubUrl, header("authorization"))) return json(200, known);
      const facts: DoctorFacts = { mode, address, proxyFaults: proxyWatch.recent() };
      return json(200, { ...known, doctor: facts });
    },
  });
}

/** Readiness: the database answers and is migrated, and the registrations are loaded. */
function readyz({ isDatabaseReady, sites }: HealthNeeds): Route {
  return route({
    method: "GET",
    path: "/readyz",
    caller: "anyone",
    antiForgery: "changes-nothing",
    sends: "nothing",
    speaks: "json",
    async answer() {
      const database = await isDatabaseReady();
      const checks = { database: database ? "ok" : "unreachable", sites: sites.list().length };
      return json(database ? 200 : 503, { status: database ? "ready" : "not ready", ...checks });
    },
  });
}

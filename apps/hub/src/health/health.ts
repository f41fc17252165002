import type { ProxyFault } from "../http/proxy-watch.ts";
import { json, type Route, route } from "../http/route.ts";
import { isDoctor } from "./doctor-proof.ts";

/** Facts that only `doctor` receives. */
export interface DoctorFacts {
  readonly mode: string;
  /** Address of this machine as the hub sees it through its proxies. */
  readonly address: string;
  readonly proxyFaults: readonly ProxyFault[];
}

/**
 * Liveness: the process answers and names itself, so that a caller with a wrong `HUB_URL` notices another server, or the
 * hub under a name that its cookies and issuer do not have. Does not check dependencies, which a restart would not fix.
 */
const healthz = route({
  method: "GET",
  path: "/healthz",
  caller: "anyone",
  antiForgery: "changes-nothing",
  sends: "nothing",
  speaks: "json",
  async answer({ hub, address, header }) {
    const { mode, hubUrl } = hub.settings;
    const known = { status: "ok", service: "gatehouse-hub", url: hubUrl };
    if (!isDoctor(hub.keys.doctor, hubUrl, header("authorization"))) return json(200, known);
    const facts: DoctorFacts = { mode, address, proxyFaults: hub.proxyWatch.recent() };
    return json(200, { ...known, doctor: facts });
  },
});

/** Readiness: the database answers and is migrated, and the registrations are loaded. */
const readyz = route({
  method: "GET",
  path: "/readyz",
  caller: "anyone",
  antiForgery: "changes-nothing",
  sends: "nothing",
  speaks: "json",
  async answer({ hub }) {
    const database = await hub.database.isReady();
    const checks = { database: database ? "ok" : "unreachable", sites: hub.sites.list().length };
    return json(database ? 200 : 503, { status: database ? "ready" : "not ready", ...checks });
  },
});

export const health: readonly Route[] = [healthz, readyz];

import type { ProxyFault } from "../http/proxy-watch.ts";
import { json, type Route, route } from "../http/route.ts";
import { isDoctor } from "./doctor-proof.ts";

/** What `doctor` is told besides. */
export interface DoctorFacts {
  readonly mode: string;
  /** Of this machine, as the hub sees it through its proxies. */
  readonly address: string;
  readonly proxyFaults: readonly ProxyFault[];
}

/**
 * The process answers, and says who it is: whoever was given a wrong `HUB_URL` may reach a server that answers 200
 * here too, or the hub under a name that its cookies and issuer do not have. Says nothing of what it depends on: a restart would not mend that.
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

/** It may take traffic: the database answers and is migrated, sites are read. */
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

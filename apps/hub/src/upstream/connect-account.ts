/**
 * Connects accounts at other providers to the signed-in user, and disconnects them. Connecting needs proof on both sides: a
 * fresh sign-in here, and then the provider's answer, sealed in the same browser. An equal address proves nothing, and neither
 * does an account that was proved before the sign-in here: the browser may have another user by then.
 */
import type { LinkedUpstreamAccount, UpstreamAccountStore } from "@gatehouse/database";
import { factorRecord } from "../audit/change-record.ts";
import { byUser, type RecordAudit } from "../audit/record-audit.ts";
import { type PageNoticeNeeds, seeNotice } from "../http/page-notice.ts";
import { type CallerFacts, type Route, route, seeOther } from "../http/route.ts";
import type { SecurityScreen } from "../screen/screen.ts";
import type { HubKeys } from "../settings/secret-keys.ts";
import { connectAccountPath, loginAddress } from "../sign-in/login-address.ts";
import { beginUpstream, findUpstream, type UpstreamNeeds } from "./begin-upstream.ts";
import { refuseUpstream } from "./refuse-upstream.ts";
import { consumeAccount, readAccount } from "./upstream-flow.ts";

export interface ConnectAccountNeeds extends PageNoticeNeeds, UpstreamNeeds {
  readonly keys: Pick<HubKeys, "note" | "upstream">;
  readonly upstreamAccounts: UpstreamAccountStore;
  readonly recordAudit: RecordAudit;
}

const securityPage = "/account/security";
const place = "providers";
const link = { label: "Go to Security", href: securityPage };
const returnPage = () => ({ page: securityPage });

export function connectAccountRoutes(needs: ConnectAccountNeeds): Route[] {
  if (needs.upstreams.length === 0) return [];
  return [beginConnecting(needs), askToConnect(needs), connect(needs), disconnect(needs)];
}

/** The user's accounts at other providers, and those providers at which the user has none. */
export function listProviders(
  { upstreams }: Pick<ConnectAccountNeeds, "upstreams">,
  accounts: readonly LinkedUpstreamAccount[],
): SecurityScreen["providers"] {
  const connected = accounts.map(({ provider, id, label, createdAt }) => {
    const upstream = upstreams.find((one) => one.id === provider);
    return {
      provider,
      id,
      label,
      name: upstream?.name ?? provider,
      since: createdAt,
      works: upstream !== undefined,
    };
  });
  const open = upstreams.filter(({ id }) => !accounts.some(({ provider }) => provider === id));
  return { connected, open: open.map(({ id, name }) => ({ id, name })) };
}

function beginConnecting(needs: ConnectAccountNeeds): Route {
  return route({
    method: "POST",
    path: "/account/security/providers/connect",
    caller: "person",
    freshSignIn: true,
    antiForgery: "form-token",
    sends: "form",
    speaks: "html",
    returnPage,
    async answer(call, { parameters }) {
      const upstream = findUpstream(needs, parameters.get("provider") ?? "");
      return beginUpstream(needs, call, upstream, { connectsTo: call.session.person.id }, link);
    },
  });
}

function askToConnect(needs: ConnectAccountNeeds): Route {
  return route({
    method: "GET",
    path: connectAccountPath,
    caller: "person",
    freshSignIn: true,
    antiForgery: "changes-nothing",
    sends: "query",
    speaks: "html",
    async answer(call) {
      const kept = readAccount(needs, call);
      if (kept === null) return expired(needs, call);
      const { provider, label, connectsTo, fields } = kept.account;
      const upstream = findUpstream(needs, provider);
      const { id, name, username } = call.session.person;
      // Proved before this sign-in, perhaps by another user of the browser: prove it again for this one.
      if (connectsTo === "") return beginUpstream(needs, call, upstream, { connectsTo: id, fields }, link);
      if (connectsTo !== id) return expired(needs, call);
      const model = {
        provider: upstream.name,
        label,
        person: { name, username },
        action: connectAccountPath,
        token: call.formToken,
        back: securityPage,
      };
      return { screen: { name: "upstream-connect", model } };
    },
  });
}

function connect(needs: ConnectAccountNeeds): Route {
  return route({
    method: "POST",
    path: connectAccountPath,
    caller: "person",
    freshSignIn: true,
    antiForgery: "form-token",
    sends: "form",
    speaks: "html",
    returnPage: () => ({ page: connectAccountPath }),
    async answer(call) {
      const kept = readAccount(needs, call);
      const { person } = call.session;
      if (kept === null || kept.account.connectsTo !== person.id || !(await consumeAccount(needs, kept.id)))
        return expired(needs, call);
      const { provider, id, label, fields } = kept.account;
      const upstream = findUpstream(needs, provider);
      const outcome = await needs.upstreamAccounts.link({ personId: person.id, provider, id, label }, () =>
        factorRecord(call, call.session, "provider-linked", { provider, name: upstream.name }),
      );
      if (outcome === "linked-elsewhere") {
        await needs.recordAudit({
          kind: "provider-linked",
          outcome: "linked_elsewhere",
          ...byUser(call),
          facts: { provider },
        });
        throw refuseUpstream("linked-elsewhere", upstream, link);
      }
      if (outcome === "linked") log(call, "provider-linked", upstream);
      const cookies = [needs.cookies.clear("upstream")];
      if (fields.length > 0) return seeOther(loginAddress(fields), { cookies });
      const answer = seeNotice(needs, call, securityPage, {
        at: place,
        text: `${upstream.name} is connected.`,
        offersEnding: true,
      });
      return { ...answer, cookies: [...cookies, ...(answer.cookies ?? [])] };
    },
  });
}

function disconnect(needs: ConnectAccountNeeds): Route {
  return route({
    method: "POST",
    path: "/account/security/providers/disconnect",
    caller: "person",
    freshSignIn: true,
    antiForgery: "form-token",
    sends: "form",
    speaks: "html",
    returnPage,
    async answer(call, { parameters }) {
      const [provider, id] = [parameters.get("provider") ?? "", parameters.get("account") ?? ""];
      const upstream = needs.upstreams.find((one) => one.id === provider) ?? { id: provider, name: provider };
      const { person } = call.session;
      const providers = needs.upstreams.map((one) => one.id);
      const outcome = await needs.upstreamAccounts.unlink(
        { personId: person.id, provider, id },
        { providers },
        () => factorRecord(call, call.session, "provider-unlinked", { provider, name: upstream.name }),
      );
      if (outcome === "last-way-in") throw refuseUpstream("last-way-in", upstream, link);
      if (outcome === "gone")
        return seeNotice(needs, call, securityPage, { at: place, text: "That account is not connected." });
      log(call, "provider-unlinked", upstream);
      return seeNotice(needs, call, securityPage, {
        at: place,
        text: `${upstream.name} is disconnected.`,
        offersEnding: true,
      });
    },
  });
}

function log(
  call: CallerFacts["person"],
  change: "provider-linked" | "provider-unlinked",
  { id: provider }: { readonly id: string },
): void {
  const { address, session } = call;
  call.log.info(
    { event: "factor.changed", person: session.person.id, change, provider, address },
    "factor changed",
  );
}

function expired(needs: ConnectAccountNeeds, call: CallerFacts["person"]) {
  return seeNotice(needs, call, securityPage, {
    at: place,
    text: "Nothing was connected: the sign-in at the other provider took longer than ten minutes, was used already, or was that of another user. Start again.",
  });
}

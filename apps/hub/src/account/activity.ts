/** `/account/activity`: the user's own entries of the audit trail, newest first. */
import type { AuditEntry, AuditEventStore } from "@gatehouse/database";
import { unfinishedOutcomes } from "../audit/audit-kinds.ts";
import { describeBrowser } from "../http/describe-browser.ts";
import type { Route } from "../http/route.ts";
import type { Activity } from "../screen/screen.ts";
import type { SiteRegistry } from "../site-registry/site-registry.ts";
import { type AccountPageNeeds, accountPage } from "./account-page.ts";

export interface ActivityNeeds extends AccountPageNeeds {
  readonly auditEvents: Pick<AuditEventStore, "listNewest">;
  readonly sites: Pick<SiteRegistry, "find">;
}

const perPage = 30;

export const activityRoutes = (needs: ActivityNeeds): Route[] => [
  accountPage(needs, {
    path: "/account/activity",
    async show(common, { session }, { parameters }) {
      const before = readBefore(parameters.get("before"));
      const filter = { personId: session.person.id, withoutRoutine: true };
      // One more than shown tells whether there is an older page.
      const entries = await needs.auditEvents.listNewest(filter, { limit: perPage + 1, before });
      const shown = entries.slice(0, perPage);
      return {
        name: "account-activity",
        model: {
          ...common,
          events: shown
            .filter((entry, index) => !isCompletedBy(entry, shown[index - 1]))
            .map((entry) => activityOf(needs, entry)),
          isNewest: before === undefined,
          olderThan: entries.length > perPage ? (shown.at(-1)?.id ?? null) : null,
        },
      };
    },
  }),
];

/** Whether an entry is the first step of the sign-in that the next entry in time records. It tells the user nothing more. */
function isCompletedBy(
  { kind, outcome, address, userAgent }: AuditEntry,
  next: AuditEntry | undefined,
): boolean {
  return (
    kind === "sign-in" &&
    firstSteps.has(outcome) &&
    next?.kind === "sign-in" &&
    next.outcome === "done" &&
    next.address === address &&
    next.userAgent === userAgent
  );
}

const firstSteps: ReadonlySet<string> = new Set(unfinishedOutcomes);

/** An address that nobody was given shows the newest page. */
function readBefore(text: string | undefined): number | undefined {
  return /^[1-9]\d{0,14}$/.test(text ?? "") ? Number(text) : undefined;
}

function activityOf({ sites }: Pick<ActivityNeeds, "sites">, entry: AuditEntry): Activity {
  const { id, at, kind, outcome, actorKind, address, userAgent, siteId, facts } = entry;
  return {
    id,
    at,
    kind,
    outcome,
    by: actorKind as Activity["by"],
    // A site's request comes from its server.
    from: actorKind === "user" && address !== "" ? { browser: describeBrowser(userAgent), address } : null,
    site: siteId === null ? null : (sites.find(siteId)?.name ?? siteId),
    amr: Array.isArray(facts.amr) ? facts.amr.map(String) : [],
    reason: String(facts.reason ?? ""),
    isSecondStep: facts.step === "factor",
    name: String(facts.name ?? ""),
  };
}

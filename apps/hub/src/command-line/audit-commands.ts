import type { AuditEntry, AuditFilter, ChainHead, Database } from "@gatehouse/database";
import { auditKinds } from "../audit/audit-kinds.ts";
import { type ChainReport, chainNewEntries, verifyChain } from "../audit/chain.ts";
import { hubKeys } from "../settings/secret-keys.ts";
import { type Command, type CommandInput, RefusedError, UsageError } from "./parse-command.ts";
import { withDatabase } from "./with-database.ts";

const filters = {
  user: { value: "<user>", meaning: "of this user: username, email address, or id of a removed user" },
  since: { value: "<time>", meaning: "from this time on, such as 2026-12-01 or 2026-12-01T08:00Z" },
  until: { value: "<time>", meaning: "before this time" },
  kind: {
    value: "<kind,kind>",
    meaning: `of these kinds, such as sign-in,session-ended. Kinds are: ${auditKinds.join(", ")}`,
  },
} as const;

const shownAtOnce = 50;
const batch = 1000;

export const auditList: Command = {
  name: "audit list",
  summary: `Lists the newest ${shownAtOnce} entries of the audit trail, the newest last.`,
  words: [],
  options: filters,
  run: (input, settings) =>
    withDatabase(settings, async (database) => {
      const filter = await readFilter(database, input);
      const entries = await database.auditEvents.listNewest(filter, { limit: shownAtOnce });
      const names = new Map((await database.people.list()).map(({ id, username }) => [id, username]));
      const lines = entries.toReversed().map((entry) => lineOf(entry, names));
      return { result: entries, text: lines.join("\n") || "There are no such entries." };
    }),
};

export const auditExport: Command = {
  name: "audit export",
  summary: "Writes the audit trail as JSON lines, oldest first: npm run -s hub -- audit export > trail.jsonl",
  words: [],
  options: filters,
  run: (input, settings, write) =>
    withDatabase(settings, async (database) => {
      const filter = await readFilter(database, input);
      for (let after = 0; ; ) {
        const entries = await database.auditEvents.listOldest(filter, { limit: batch, after });
        const last = entries.at(-1);
        if (last === undefined) return { result: undefined, text: "" };
        await write(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
        after = last.id;
      }
    }),
};

export const auditVerify: Command = {
  name: "audit verify",
  summary: "Verifies that no entry of the audit trail was changed, deleted, inserted or moved.",
  words: [],
  options: {
    since: {
      value: "<position:chain>",
      meaning: "a head that was noted earlier: it must still be there, and only later entries are verified",
    },
  },
  run: (input, settings) =>
    withDatabase(settings, async ({ auditEvents }) => {
      const since = readHead(input.option("since"));
      const needs = { auditEvents, key: hubKeys(settings.secrets).audit };
      await chainNewEntries(needs);
      const report = await verifyChain(needs, since);
      const { entries, head, fault } = report;
      const written = head === null ? null : `${head.position}:${head.chain}`;
      return {
        result: { entries, head: written, fault },
        text: sentenceOf(report, written),
        failed: fault !== null,
      };
    }),
};

function sentenceOf({ entries, fault }: ChainReport, head: string | null): string {
  if (fault === null)
    return head === null
      ? "The audit trail is empty."
      : `Verified ${entries} entries. The head is ${head}\nNote it elsewhere; audit verify --since ${head} shows later that nothing was cut off.`;
  const { position } = fault;
  const before = `${entries} entries before it are in order.`;
  switch (fault.fault) {
    case "missing":
      return `The entry at place ${position} is missing. ${before}`;
    case "broken":
      return `The entry at place ${position} was changed, inserted or moved, or HUB_SECRETS lacks the secret of its time. ${before}`;
    case "not-the-noted-head":
      return head === null || position > Number(head.split(":")[0])
        ? `The noted entry at place ${position} is missing: the end of the trail was cut off.`
        : `The entry at place ${position} is not the noted one: the trail was changed.`;
  }
}

/** @throws UsageError for a value of another form */
function readHead(text: string | undefined): ChainHead | undefined {
  if (text === undefined) return undefined;
  const [, position = "", chain = ""] = /^([1-9]\d{0,14}):([0-9a-f]{32})$/.exec(text) ?? [];
  if (chain === "")
    throw new UsageError(
      `--since should be a head as audit verify prints it, such as 120:0123456789abcdef0123456789abcdef (got "${text}").`,
    );
  return { position: Number(position), chain };
}

/** @throws RefusedError for an unknown user; UsageError for an unknown kind, or a time that cannot be read */
async function readFilter(database: Database, input: CommandInput): Promise<AuditFilter> {
  const kinds = input.option("kind")?.split(",");
  const unknown = kinds?.find((kind) => !auditKinds.some((known) => known === kind));
  if (unknown !== undefined)
    throw new UsageError(`--kind: "${unknown}" is no kind. Kinds are: ${auditKinds.join(", ")}.`);
  const user = input.option("user");
  return {
    kinds,
    personId: user === undefined ? undefined : await findPersonId(database, user),
    since: readTime(input, "since"),
    until: readTime(input, "until"),
  };
}

async function findPersonId({ people }: Database, user: string): Promise<string> {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(user)) return user;
  const found = await people.findForSignIn(user);
  if (found === null)
    throw new RefusedError(`there is no user called ${user}. Of a removed user, give the id.`);
  return found.person.id;
}

function readTime(input: CommandInput, name: "since" | "until"): Date | undefined {
  const text = input.option(name);
  if (text === undefined) return undefined;
  const time = new Date(text);
  if (!/^\d{4}-/.test(text) || Number.isNaN(time.getTime()))
    throw new UsageError(
      `--${name} should be a time such as 2026-12-01 or 2026-12-01T08:00Z (got "${text}").`,
    );
  return time;
}

/** Characters that could move a terminal's cursor are left out. */
function lineOf(entry: AuditEntry, names: ReadonlyMap<string, string>): string {
  const nameOf = (id: string) => names.get(id) ?? id;
  const unnamed = entry.actorKind === "user" ? "anonymous" : entry.actorKind;
  const actor = entry.actor === "" ? unnamed : `${entry.actorKind} ${nameOf(entry.actor)}`;
  const about =
    entry.personId !== null && entry.personId !== entry.actor ? [`for ${nameOf(entry.personId)}`] : [];
  const facts = Object.keys(entry.facts).length === 0 ? [] : [JSON.stringify(entry.facts)];
  const what = entry.outcome === "done" ? entry.kind : `${entry.kind} (${entry.outcome})`;
  const site = entry.siteId === null ? [] : [`at ${entry.siteId}`];
  const from = entry.address === "" ? [] : [`from ${entry.address}`];
  return [entry.at.toISOString(), what, actor, ...about, ...site, ...from, ...facts]
    .join("  ")
    .replace(/\p{Cc}/gu, "");
}

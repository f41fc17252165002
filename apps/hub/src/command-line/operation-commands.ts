import { createServer } from "node:net";
import { refuseDemoPeople } from "../demo-people.ts";
import { MailServerError, openMailServer } from "../mail/mail-server.ts";
import { expectKnownSecrets } from "../oidc/issuer/open-issuer.ts";
import { rotateSigningKeys } from "../oidc/keys/signing-keys.ts";
import { createOutbound } from "../outbound/outbound.ts";
import { signDoctorRequest } from "../server/health.ts";
import { listen } from "../server/listen.ts";
import { defaultHubUrl, type Settings } from "../settings/env.ts";
import { hubKeys } from "../settings/secret-keys.ts";
import { type CheckedProvider, checkProvider } from "../upstream/check-provider.ts";
import { askHub, type HubAnswer } from "./ask-hub.ts";
import { counted } from "./counted.ts";
import { recordOperation } from "./operator.ts";
import { type Command, RefusedError } from "./parse-command.ts";
import { addressesNotCalled, readRegistry } from "./site-commands.ts";
import { withDatabase, withNewDatabase } from "./with-database.ts";

export const migrate: Command = {
  name: "migrate",
  summary: "Brings the database to this version. The hub does the same at its start.",
  words: [],
  options: {},
  run: (_, settings) =>
    withNewDatabase(settings, async () => ({
      result: { migrated: true },
      text: "The database is at this version.",
    })),
};

export const doctor: Command = {
  name: "doctor",
  summary:
    "Checks settings, database and registrations as a start does, the mail server, the other providers (UPSTREAMS), whether the hub runs, and its proxy.",
  words: [],
  options: {},
  async run(_, settings) {
    const { mode, hubUrl, secrets } = settings;
    await expectAddress(settings);
    const mail = await checkMailServer(settings);
    const providers = await checkProviders(settings);
    const pooled = await withNewDatabase(settings, async (database) => {
      if (!(await database.isReady()))
        throw new RefusedError(
          "the database does not answer. Check DATABASE_URL, or the folder in DATA_DIR.",
        );
      await expectKnownSecrets(database.signingKeys, hubKeys(secrets).signingKey);
      if (mode === "production") await refuseDemoPeople(database);
      return database.pooled;
    });
    const registry = await readRegistry(settings);
    const refused = registry.refused().flatMap(({ lines }) => lines);
    if (refused.length > 0) throw new RefusedError(refused.join("\n       "));
    const sites = registry.list().length;
    const uncalled = await addressesNotCalled(registry, settings);
    // A stopped hub is not a fault: operators run doctor before a start, too.
    const proof = signDoctorRequest(hubKeys(secrets).doctor, hubUrl);
    const hub = await askHub(hubUrl, { proof, bindAddress: settings.bindAddress });
    refuseOtherMode(settings, hub);
    const origin = hubUrl === defaultHubUrl ? `${hubUrl}, the default` : hubUrl;
    return {
      result: {
        ...{ settings: "ok", database: "ok", pooled, sites, mode, url: hubUrl, hub: hub.state },
        mail: mail.state,
        providers: providers.map(({ id, state, redirectUri }) => ({ id, state, redirectUri })),
        proxyFaults: hub.doctor?.proxyFaults.map(({ code }) => code),
      },
      text: [
        `Settings are in order (${mode}, ${origin}).`,
        ...settings.unused.map((name) => `${name} is set, but this version does not use it yet.`),
        `The database answers. Registered sites: ${sites}.`,
        ...(pooled ? [pooledLine] : []),
        mail.sentence,
        ...providers.flatMap(({ sentences }) => sentences),
        hub.sentence,
        ...linesOfRunning(hub),
        ...uncalled.lines,
      ].join("\n"),
      failed: mail.state === "unreachable" || providers.some(({ state }) => state !== "ok"),
    };
  },
};

export const keysRotate: Command = {
  name: "keys rotate",
  summary:
    "Makes new signing keys. The hub publishes them within a minute and signs with them after a day; until then it uses the old ones.",
  words: [],
  options: {},
  run: (_, settings) =>
    withDatabase(settings, async (database) => {
      const seals = hubKeys(settings.secrets).signingKey;
      await expectKnownSecrets(database.signingKeys, seals);
      const made = await recordOperation(database, { kind: "keys-rotated" }, () =>
        rotateSigningKeys(database.signingKeys, seals, true),
      );
      const { keys } = await database.signingKeys.list();
      const published = keys
        .filter(({ algorithm }) => /^(ES|RS)256$/.test(algorithm))
        .map(({ kid, algorithm, signsFrom }) => ({ kid, algorithm, signsFrom: signsFrom.toISOString() }));
      return {
        result: { made, keys: published },
        text: [
          `Made ${counted(made, "key")}. Published are:`,
          ...published.map(
            ({ kid, algorithm, signsFrom }) => `  ${algorithm} ${kid} signs from ${signsFrom}`,
          ),
        ].join("\n"),
      };
    }),
};

const pooledLine =
  "The hub reaches the database through a connection pooler, so it cannot set time limits itself. Set them for the database role: see docs/guides/run-in-production.md.";

/** With a mail server that is down the hub starts, and its mails wait; `doctor` fails, after all other checks. */
async function checkMailServer(
  settings: Settings,
): Promise<{ readonly state: "ok" | "off" | "unreachable"; readonly sentence: string }> {
  const server = openMailServer(settings);
  if (server === undefined || settings.mailServer === undefined)
    return {
      state: "off",
      sentence:
        settings.mode === "production"
          ? "No mail server is set (SMTP_URL): the hub sends no mail, and users cannot reset a password by themselves."
          : `No mail server is set (SMTP_URL): ${settings.hubUrl}/dev/mail shows the hub's mails.`,
    };
  const { host, port } = settings.mailServer;
  try {
    await server.verify();
    return { state: "ok", sentence: `The mail server at ${host}:${port} answers.` };
  } catch (error) {
    if (!(error instanceof MailServerError)) throw error;
    const isCertificate = /CERT|SELF_SIGNED|VERIFY|ALTNAME/.test(error.code);
    const remedy = isCertificate
      ? "If its certificate is from a private authority, name that authority in CA_FILE"
      : "Check SMTP_URL";
    return {
      state: "unreachable",
      sentence: `The mail server at ${host}:${port} does not accept the hub (${error.code}). ${remedy}; until then mails wait, for up to a day.`,
    };
  }
}

/** With a provider that is down the hub starts, and its button fails; `doctor` fails, after all other checks. */
async function checkProviders(settings: Settings): Promise<readonly CheckedProvider[]> {
  const { upstreams, hubUrl, allowLoopbackSites, certificateAuthorityFile } = settings;
  if (upstreams.length === 0) return [];
  const outbound = createOutbound({ allowLoopback: allowLoopbackSites, certificateAuthorityFile });
  try {
    return await Promise.all(upstreams.map((one) => checkProvider({ outbound, hubUrl }, one)));
  } finally {
    await outbound.close();
  }
}

/** Checks only the address in `BIND_ADDRESS`; the running hub may already use the port. */
async function expectAddress({ bindAddress }: Pick<Settings, "bindAddress">): Promise<void> {
  const server = createServer();
  await listen(server, { port: 0, bindAddress });
  server.close();
}

function refuseOtherMode({ mode, hubUrl }: Pick<Settings, "hubUrl" | "mode">, { doctor }: HubAnswer): void {
  if (doctor === undefined || doctor.mode === mode || doctor.mode === "production") return;
  const danger = doctor.mode === "test" ? "its test door is open" : "the demo users can sign in";
  throw new RefusedError(
    `the hub at ${hubUrl} was started with HUB_MODE=${doctor.mode}: ${danger}. Stop it, and start it with HUB_MODE=${mode}.`,
  );
}

function linesOfRunning({ state, doctor }: HubAnswer): readonly string[] {
  if (state !== "running") return [];
  if (doctor === undefined)
    return [
      "The hub was started with other HUB_SECRETS, so it does not report on its proxy. Run this command with the hub's settings.",
    ];
  return [
    `The hub sees this machine as ${doctor.address}.`,
    ...doctor.proxyFaults.map(({ sentence }) => sentence),
  ];
}

import { Button, Confirm, EmptyState, RelativeTime, Row, RowList } from "@gatehouse/ui";
import type { AppsScreen } from "../../src/screen/screen.ts";
import { allowsWords } from "./app-password-words.ts";
import { ExactDate } from "./exact-date.tsx";

type ConnectedApp = AppsScreen["connectedApps"][number];

export interface ConnectedAppRowsProps {
  /** The latest first. */
  readonly apps: readonly ConnectedApp[];
  /** Posted with every form. */
  readonly token: string;
  readonly now: Date;
}

/** One row per app: name, permissions, start, duration, last use, and a button to disconnect it. */
export function ConnectedAppRows({ apps, token, now }: ConnectedAppRowsProps) {
  if (apps.length === 0)
    return (
      <EmptyState>You have none. An app appears here when you let it see something of yours.</EmptyState>
    );
  return (
    <RowList>
      {apps.map((app) => (
        <Row key={app.id} title={<Title {...app} />} action={<Disconnect app={app} token={token} />}>
          <p>
            {app.allows.length === 0
              ? "It knows that you signed in, and nothing more."
              : allowsWords(app.allows)}
            {app.offline && " Also while you are signed out."}
          </p>
          <Life app={app} now={now} />
        </Row>
      ))}
    </RowList>
  );
}

function Title({ name, host }: ConnectedApp) {
  return (
    <>
      <bdi>{name}</bdi> {host !== "" && <span className="row-host">{host}</span>}
    </>
  );
}

function Life({ app, now }: { app: ConnectedApp; now: Date }) {
  const { since, until, allows } = app;
  const isAllowed = allows.length > 0;
  return (
    <p>
      {isAllowed ? "Allowed" : "Signed in without access"} <RelativeTime date={since} now={now} />
      {isAllowed && <LastUse {...app} now={now} />}
      {until === null ? (
        ", only this time: until you sign out"
      ) : (
        <>
          , until <ExactDate date={until} />
        </>
      )}
    </p>
  );
}

/** A sign-in without access has no use to show. */
function LastUse({
  lastUsedAt,
  lastUsedFor,
  now,
}: Pick<ConnectedApp, "lastUsedAt" | "lastUsedFor"> & { now: Date }) {
  if (lastUsedAt === null) return ", not used yet";
  return (
    <>
      , last used <RelativeTime date={lastUsedAt} now={now} />
      {lastUsedFor !== null && ` at ${lastUsedFor}`}
    </>
  );
}

function Disconnect({ app, token }: { app: ConnectedApp; token: string }) {
  return (
    <Confirm
      label="Disconnect"
      about={app.name}
      question="It loses at once what you allowed, and has to ask again."
    >
      <form method="post" action="/account/apps/disconnect">
        <input type="hidden" name="token" value={token} />
        <input type="hidden" name="app" value={app.id} />
        <Button kind="danger" busyLabel="Disconnecting …">
          <span>
            Disconnect <bdi>{app.name}</bdi>
          </span>
        </Button>
      </form>
    </Confirm>
  );
}

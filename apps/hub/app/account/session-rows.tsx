import { Button, Confirm, RelativeTime, Row, Tag } from "@gatehouse/ui";
import type { ListedSession, SessionsScreen } from "../../src/screen/screen.ts";
import { listWords } from "../words.ts";
import { ExactDate } from "./exact-date.tsx";

type Browser = SessionsScreen["others"][number];

export interface BrowserRowProps extends Browser {
  /** Posted with every form. */
  readonly token: string;
  readonly now: Date;
}

/** One row per browser, with its sign-ins and the forms that end them. */
export function BrowserRow({ browser, sessions, token, now }: BrowserRowProps) {
  const [only] = sessions;
  const isOne = sessions.length === 1;
  return (
    <Row
      title={
        <>
          {browser} {!isOne && <Tag>{`${sessions.length} sign-ins`}</Tag>}
        </>
      }
      action={<End browser={browser} sessions={sessions} token={token} />}
    >
      {isOne && only !== undefined ? (
        <SessionFacts session={only} now={now} />
      ) : (
        <ol className="browser-sessions">
          {sessions.map((session) => (
            <li key={session.id}>
              <SessionFacts session={session} now={now} />
              <End browser={browser} sessions={[session]} token={token} isOneOfSeveral />
            </li>
          ))}
        </ol>
      )}
    </Row>
  );
}

/** Since when, last used, from where; the user's choice at sign-in; the sites. */
export function SessionFacts({ session, now }: { readonly session: ListedSession; readonly now: Date }) {
  const { startedAt, lastActivityAt, address, keptUntil, sites } = session;
  return (
    <>
      <p>
        Signed in <RelativeTime date={startedAt} now={now} />, last used{" "}
        <RelativeTime date={lastActivityAt} now={now} />, from {address}
      </p>
      {keptUntil !== null && (
        <p>
          Stays signed in until <ExactDate date={keptUntil} />.
        </p>
      )}
      <SitesOfSession sites={sites} now={now} />
    </>
  );
}

function SitesOfSession({ sites, now }: Pick<ListedSession, "sites"> & { now: Date }) {
  if (sites.length === 0) return <p>Not used on any site yet.</p>;
  return (
    <ul className="session-sites">
      {sites.map(({ name, host, lastActivityAt }) => (
        <li key={host}>
          <strong>{name}</strong> {host}, last used <RelativeTime date={lastActivityAt} now={now} />
        </li>
      ))}
    </ul>
  );
}

interface EndProps extends Browser {
  readonly token: string;
  /** The sign-in is one of several of its browser. */
  readonly isOneOfSeveral?: boolean;
}

function End({ browser, sessions, token, isOneOfSeveral = false }: EndProps) {
  const sites = [...new Set(sessions.flatMap((session) => session.sites.map(({ name }) => name)))];
  const label = sessions.length === 1 ? "Sign out there" : `Sign out all ${sessions.length}`;
  return (
    <Confirm
      label={isOneOfSeveral ? "Sign out this one" : label}
      about={browser}
      question={
        sites.length === 0
          ? `${browser} will have to sign in again.`
          : `${browser} will be signed out, on ${listWords(sites)} too.`
      }
    >
      <form method="post" action="/account/sessions/end">
        <input type="hidden" name="token" value={token} />
        <input type="hidden" name="session" value={sessions.map(({ id }) => id).join(",")} />
        <Button kind="danger" busyLabel="Signing out …">
          Sign out {browser}
        </Button>
      </form>
    </Confirm>
  );
}

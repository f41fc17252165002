import { Button, ButtonLink, Confirm, RelativeTime, Row, RowList, Tag } from "@gatehouse/ui";
import type { AccountScreen } from "../../src/screen/screen.ts";
import { listWords } from "../words.ts";
import { ExactDate } from "./exact-date.tsx";

type Session = AccountScreen["sessions"][number];

export interface SessionRowsProps {
  /** This browser first. */
  readonly sessions: readonly Session[];
  /** Posted with every form. */
  readonly token: string;
  readonly now: Date;
}

/** One row a browser: what, where, since when, last used, its sites; the way to end it. */
export function SessionRows({ sessions, token, now }: SessionRowsProps) {
  return (
    <RowList>
      {sessions.map((session) => (
        <Row key={session.id} title={<Title {...session} />} action={<End session={session} token={token} />}>
          <p>
            Signed in <RelativeTime date={session.startedAt} now={now} />, last used{" "}
            <RelativeTime date={session.lastActivityAt} now={now} />, from {session.address}
          </p>
          <Choices {...session} />
          <SitesOfSession sites={session.sites} now={now} />
          {session.asksBefore && session.here && <StopAsking token={token} />}
        </Row>
      ))}
    </RowList>
  );
}

function Title({ browser, here }: Session) {
  return (
    <>
      {browser} {here && <Tag>This browser</Tag>}
    </>
  );
}

/** The choices that the user made at sign-in. */
function Choices({ keptUntil, asksBefore }: Session) {
  return (
    <>
      {keptUntil !== null && (
        <p>
          Stays signed in until <ExactDate date={keptUntil} />.
        </p>
      )}
      {asksBefore && <p>Asks you before another site learns who you are.</p>}
    </>
  );
}

function StopAsking({ token }: { readonly token: string }) {
  return (
    <form className="session-choice" method="post" action="/account/sessions/stop-asking">
      <input type="hidden" name="token" value={token} />
      <Button kind="plain" busyLabel="Saving …">
        Stop asking
      </Button>
    </form>
  );
}

function SitesOfSession({ sites, now }: Pick<Session, "sites"> & { now: Date }) {
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

function End({ session, token }: { session: Session; token: string }) {
  if (session.here) {
    return (
      <ButtonLink kind="plain" href="/cas/logout">
        Sign out here
      </ButtonLink>
    );
  }
  const sites = session.sites.map(({ name }) => name);
  return (
    <Confirm
      label="Sign out there"
      about={session.browser}
      question={
        sites.length === 0
          ? `${session.browser} will have to sign in again.`
          : `${session.browser} will be signed out, on ${listWords(sites)} too.`
      }
    >
      <form method="post" action="/account/sessions/end">
        <input type="hidden" name="token" value={token} />
        <input type="hidden" name="session" value={session.id} />
        <Button kind="danger" busyLabel="Signing out …">
          Sign out {session.browser}
        </Button>
      </form>
    </Confirm>
  );
}

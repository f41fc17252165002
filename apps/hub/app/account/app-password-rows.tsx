import { Button, ButtonLink, Confirm, EmptyState, RelativeTime, Row, RowList, Tag } from "@gatehouse/ui";
import type { AppsScreen } from "../../src/screen/screen.ts";
import { allowsWords } from "./app-password-words.ts";
import { ExactDate } from "./exact-date.tsx";

type AppPassword = AppsScreen["appPasswords"][number];

export interface AppPasswordRowsProps {
  /** The newest first. */
  readonly appPasswords: readonly AppPassword[];
  /** Posted with every form. */
  readonly token: string;
  readonly now: Date;
}

/** One row an app password: its name, what it may do, since when, last used, until when; the way to revoke it. */
export function AppPasswordRows({ appPasswords, token, now }: AppPasswordRowsProps) {
  return (
    <>
      {appPasswords.length === 0 ? (
        <EmptyState>
          You have none. Each one that you make appears here, with what it may do and when it was last used.
        </EmptyState>
      ) : (
        <RowList>
          {appPasswords.map((appPassword) => (
            <Row
              key={appPassword.id}
              title={<Title {...appPassword} />}
              action={<Revoke appPassword={appPassword} token={token} />}
            >
              <p>{allowsWords(appPassword.allows)}</p>
              <Life appPassword={appPassword} now={now} />
            </Row>
          ))}
        </RowList>
      )}
      <div className="make-one">
        <ButtonLink kind="plain" href="/account/app-passwords/new">
          Make an app password
        </ButtonLink>
      </div>
    </>
  );
}

function Title({ name, expired }: AppPassword) {
  return (
    <>
      <bdi>{name}</bdi> {expired && <Tag>Expired</Tag>}
    </>
  );
}

function Life({ appPassword, now }: { appPassword: AppPassword; now: Date }) {
  const { createdAt, lastUsedAt, expiresAt, expired } = appPassword;
  return (
    <p>
      Made <RelativeTime date={createdAt} now={now} />,{" "}
      {lastUsedAt === null ? (
        "never used"
      ) : (
        <>
          last used <RelativeTime date={lastUsedAt} now={now} />
        </>
      )}
      , {expired ? "expired" : "expires"} on <ExactDate date={expiresAt} />
    </p>
  );
}

function Revoke({ appPassword, token }: { appPassword: AppPassword; token: string }) {
  const { id, name, expired } = appPassword;
  return (
    <Confirm
      label={expired ? "Remove" : "Revoke"}
      about={name}
      question={
        expired
          ? "It stands here for you to see, and nothing can use it any more."
          : "Whatever uses it will be refused from now on. This cannot be taken back."
      }
    >
      <form method="post" action="/account/app-passwords/revoke">
        <input type="hidden" name="token" value={token} />
        <input type="hidden" name="app-password" value={id} />
        <Button kind="danger" busyLabel={expired ? "Removing …" : "Revoking …"}>
          <span>
            {expired ? "Remove it" : "Revoke it"}
            <span className="visually-hidden">: {name}</span>
          </span>
        </Button>
      </form>
    </Confirm>
  );
}

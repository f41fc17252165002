import {
  Button,
  ButtonLink,
  Confirm,
  EmptyState,
  RelativeTime,
  Row,
  RowList,
  Tag,
  TextField,
} from "@gatehouse/ui";
import type { SecurityScreen } from "../../src/screen/screen.ts";

type Passkey = SecurityScreen["passkeys"][number];

export interface PasskeyRowsProps extends Pick<SecurityScreen, "passkeys" | "token"> {
  readonly now: Date;
}

/** One row a passkey: name, since when, last used, where it is; the forms that rename and remove it. */
export function PasskeyRows({ passkeys, token, now }: PasskeyRowsProps) {
  return (
    <>
      {passkeys.length === 0 ? (
        <EmptyState>
          You have none. With a passkey you sign in by fingerprint, face or PIN, and nobody can trick you into
          giving it away.
        </EmptyState>
      ) : (
        <RowList>
          {passkeys.map((passkey) => (
            <Row
              key={passkey.id}
              title={<Title {...passkey} />}
              action={<Remove passkey={passkey} token={token} />}
            >
              <Life passkey={passkey} now={now} />
              <Rename passkey={passkey} token={token} />
            </Row>
          ))}
        </RowList>
      )}
      <div className="make-one">
        <ButtonLink kind="plain" href="/account/security/passkeys/new">
          Add a passkey
        </ButtonLink>
      </div>
    </>
  );
}

function Title({ name, synced }: Passkey) {
  return (
    <>
      <bdi>{name}</bdi> <Tag>{synced ? "Synced" : "On one device"}</Tag>
    </>
  );
}

function Life({ passkey: { createdAt, lastUsedAt }, now }: { passkey: Passkey; now: Date }) {
  return (
    <p>
      Added <RelativeTime date={createdAt} now={now} />,{" "}
      {lastUsedAt === null ? (
        "never used"
      ) : (
        <>
          last used <RelativeTime date={lastUsedAt} now={now} />
        </>
      )}
    </p>
  );
}

interface FormProps {
  readonly passkey: Passkey;
  readonly token: string;
}

function Hidden({ passkey, token }: FormProps) {
  return (
    <>
      <input type="hidden" name="token" value={token} />
      <input type="hidden" name="passkey" value={passkey.id} />
    </>
  );
}

function Rename({ passkey, token }: FormProps) {
  return (
    <details className="passkey-rename">
      <summary>
        Rename<span className="visually-hidden">: {passkey.name}</span>
      </summary>
      <form className="ui-form" method="post" action="/account/security/passkeys/rename">
        <Hidden passkey={passkey} token={token} />
        <TextField
          id={`name-of-${passkey.id}`}
          name="name"
          label="Name"
          value={passkey.name}
          autoComplete="off"
        />
        <Button kind="plain" busyLabel="Saving …">
          Save the name
        </Button>
      </form>
    </details>
  );
}

function Remove({ passkey, token }: FormProps) {
  return (
    <Confirm
      label="Remove"
      about={passkey.name}
      question="It will not sign you in any more. Your password manager or device keeps its copy until you delete it there."
    >
      <form method="post" action="/account/security/passkeys/remove">
        <Hidden passkey={passkey} token={token} />
        <Button kind="danger" busyLabel="Removing …">
          Remove this passkey
        </Button>
      </form>
    </Confirm>
  );
}

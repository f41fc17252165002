import { Button, Confirm, RelativeTime, Row, RowList, Section } from "@gatehouse/ui";
import type { SecurityScreen } from "../../src/screen/screen.ts";
import { PlacedNotice } from "../account/placed-notice.tsx";

interface Props {
  readonly model: SecurityScreen;
}

type Connected = SecurityScreen["providers"]["connected"][number];

/** Accounts at other providers on the Security page; nothing if the hub has no providers. */
export function ProvidersSection({ model }: Props) {
  const { providers, notice, token } = model;
  if (providers.connected.length + providers.open.length === 0) return null;
  return (
    <Section
      id="providers"
      title="Other ways to sign in"
      intro="An account elsewhere can sign you in here, instead of your password."
    >
      <PlacedNotice notice={notice} at="providers" token={token} />
      <RowList>
        {providers.connected.map((account) => (
          <ConnectedRow key={`${account.provider} ${account.id}`} account={account} token={token} />
        ))}
        {providers.open.map(({ id, name }) => (
          <Row
            key={id}
            title={name}
            action={
              <form method="post" action="/account/security/providers/connect">
                <input type="hidden" name="token" value={token} />
                <input type="hidden" name="provider" value={id} />
                <Button kind="plain">{`Connect ${name}`}</Button>
              </form>
            }
          >
            <p>Not connected.</p>
          </Row>
        ))}
      </RowList>
    </Section>
  );
}

function ConnectedRow({ account, token }: { readonly account: Connected; readonly token: string }) {
  const { provider, id, name, label, since, works } = account;
  return (
    <Row
      title={name}
      action={
        <Confirm label="Disconnect" about={name} question={`${name} no longer signs you in here then.`}>
          <form method="post" action="/account/security/providers/disconnect">
            <input type="hidden" name="token" value={token} />
            <input type="hidden" name="provider" value={provider} />
            <input type="hidden" name="account" value={id} />
            <Button kind="danger">{`Disconnect ${name}`}</Button>
          </form>
        </Confirm>
      }
    >
      <p>
        {label !== "" && (
          <>
            <bdi>{label}</bdi> ·{" "}
          </>
        )}
        Connected <RelativeTime date={since} now={new Date()} />
      </p>
      {!works && <p>Not offered here at present, so it does not sign you in.</p>}
    </Row>
  );
}

import { Button, ButtonLink, Confirm, RelativeTime, Row, RowList, Section } from "@gatehouse/ui";
import type { SecurityScreen } from "../../src/screen/screen.ts";
import { PlacedNotice } from "../account/placed-notice.tsx";

interface Props {
  readonly model: SecurityScreen;
}

/** One-time codes and recovery codes on the Security page. */
export function CodesSection({ model }: Props) {
  const { factors, notice } = model;
  const hasFactor = factors.codesSince !== null || factors.passkeys > 0;
  return (
    <Section
      id="codes"
      title="Second step"
      intro="A code from your phone or a passkey besides your password, so that the password alone opens nothing."
    >
      <PlacedNotice notice={notice} at="codes" token={model.token} />
      <RowList>
        <OneTimeCodes model={model} />
        {hasFactor && <RecoveryCodes model={model} />}
      </RowList>
    </Section>
  );
}

function OneTimeCodes({ model: { factors, token } }: Props) {
  if (factors.codesSince === null)
    return (
      <Row
        title="One-time codes"
        action={
          <ButtonLink kind="plain" href="/account/security/codes/new">
            Set up one-time codes
          </ButtonLink>
        }
      >
        <p>
          {factors.passkeys > 0
            ? "Off. Your passkey is your second step. To use codes as well, you need an authenticator app on your phone."
            : "Off. You need an authenticator app on your phone."}
        </p>
      </Row>
    );
  return (
    <Row
      title="One-time codes"
      action={
        <Confirm
          label="Turn off"
          about="One-time codes"
          question={
            factors.passkeys > 0
              ? "Your app no longer completes a sign-in. Your passkeys do."
              : "Your password alone signs you in then, and your recovery codes no longer work."
          }
        >
          <Post action="/account/security/codes/off" token={token} label="Turn one-time codes off" danger />
        </Confirm>
      }
    >
      <p>
        On. Set up <RelativeTime date={factors.codesSince} now={new Date()} />
      </p>
    </Row>
  );
}

function RecoveryCodes({ model: { factors, newCodesForm, token } }: Props) {
  const { recoveryCodes } = factors;
  return (
    <Row
      title="Recovery codes"
      action={
        <Confirm
          label="Make new codes"
          about="Recovery codes"
          question="Your earlier recovery codes no longer work then."
        >
          <Post
            action="/account/security/recovery-codes/new"
            token={token}
            form={newCodesForm}
            label="Make new recovery codes"
          />
        </Confirm>
      }
    >
      <p>
        {recoveryCodes === 0
          ? "None are left. Make new ones, in case you lose your phone or your passkey."
          : `${recoveryCodes} of 10 are left. Each replaces your second step once.`}
      </p>
    </Row>
  );
}

interface PostProps {
  readonly action: string;
  readonly token: string;
  readonly label: string;
  readonly danger?: boolean;
  /** Id of a form that is accepted once. */
  readonly form?: string;
}

function Post({ action, token, form, label, danger = false }: PostProps) {
  return (
    <form method="post" action={action}>
      <input type="hidden" name="token" value={token} />
      {form !== undefined && <input type="hidden" name="form" value={form} />}
      <Button kind={danger ? "danger" : "plain"}>{label}</Button>
    </form>
  );
}

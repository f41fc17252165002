import { Button, ErrorSummary, Notice, TextField } from "@gatehouse/ui";
import type { SecondFactorScreen } from "../../src/screen/screen.ts";
import { Gate } from "../gate.tsx";
import { HiddenFields } from "../hidden-fields.tsx";
import { PasskeyForm } from "../passkey-form.tsx";
import { factorErrorWords } from "./factor-words.ts";

const heading = "Confirm that it is you";

export const secondFactorTitle = ({ error }: SecondFactorScreen): string =>
  error ? `Error: ${heading}` : heading;

/** Asks for the second step of a sign-in. */
export function SecondFactorPage({ model }: { readonly model: SecondFactorScreen }) {
  const { error, person, codes, passkey, recoveryCodes } = model;
  const problem = error && factorErrorWords(error.code, error.retryInSeconds);
  const isOfPasskey = error?.code.startsWith("passkey_") === true;
  const field = isOfPasskey ? "passkey" : error?.isRecovery || !codes ? "recovery-code" : "code";
  return (
    <Gate title={heading} to={<Purpose model={model} />}>
      {problem && (
        <ErrorSummary
          title={model.isStepUp ? "Not confirmed yet" : "You are not signed in yet"}
          errors={[{ text: problem, field }]}
        />
      )}
      {passkey !== null && (
        <div className="passkey-add" id="passkey">
          <PasskeyForm kind={codes ? "plain" : "primary"} passkey={passkey} label="Use a passkey" />
          {!codes && (
            <div className="passkey-unknown">
              <Notice>
                <p>Using a passkey needs JavaScript, and a browser that knows passkeys.</p>
              </Notice>
            </div>
          )}
        </div>
      )}
      {codes && <CodeForm model={model} problem={error?.isRecovery || isOfPasskey ? null : problem} />}
      {recoveryCodes && <RecoveryForm model={model} problem={error?.isRecovery ? problem : null} />}
      <div className="gate-words">
        <p>
          {recoveryCodes
            ? "If you have lost your recovery codes too, ask the people who run Gatehouse."
            : `If you have lost your ${codes ? "phone" : "passkey"}, ask the people who run Gatehouse.`}
        </p>
      </div>
      <p className="gate-back">
        <a href={model.startOver}>
          Not <bdi>{person.name}</bdi>? Sign in as somebody else
        </a>
      </p>
    </Gate>
  );
}

interface FormProps {
  readonly model: SecondFactorScreen;
  readonly problem: string | null;
}

function CodeForm({ model, problem }: FormProps) {
  return (
    <form className="ui-form" method="post" action={model.action}>
      <HiddenFields fields={model.hidden} />
      <TextField
        id="code"
        name="code"
        label="Code from your authenticator app"
        hint="Six digits. They change every 30 seconds."
        error={problem}
        autoComplete="one-time-code"
        inputMode="numeric"
        autoFocus={model.error === null}
      />
      <Button wide busyLabel="Checking …">
        Continue
      </Button>
    </form>
  );
}

/** Folded where the app is the usual way. */
function RecoveryForm({ model, problem }: FormProps) {
  return (
    <details className="gate-aside" open={problem !== null || !model.codes}>
      <summary>Use a recovery code instead</summary>
      <form className="ui-form" method="post" action={model.action}>
        <HiddenFields fields={model.hidden} />
        <TextField
          id="recovery-code"
          name="recovery_code"
          label="Recovery code"
          hint="24 letters and digits, which you saved when you set up the second step. Each works once."
          error={problem}
          autoComplete="off"
        />
        <Button wide busyLabel="Checking …">
          Use this code
        </Button>
      </form>
    </details>
  );
}

function Purpose({ model: { isStepUp, person, site } }: { readonly model: SecondFactorScreen }) {
  const name = <bdi>{person.name}</bdi>;
  if (!isStepUp) return <>You are signing in as {name}. One step is left.</>;
  if (site === null) return <>You are signed in as {name}. This page needs a second step.</>;
  return (
    <>
      You are signed in as {name}. <bdi>{site.name}</bdi> needs a second step for this.
    </>
  );
}

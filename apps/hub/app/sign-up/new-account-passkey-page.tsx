import { Button, ErrorSummary, Notice } from "@gatehouse/ui";
import type { NewAccountPasskeyScreen } from "../../src/screen/screen.ts";
import { Gate } from "../gate.tsx";
import { HiddenFields } from "../hidden-fields.tsx";
import { PasskeyForm } from "../passkey-form.tsx";

const heading = "Create your passkey";

export const newAccountPasskeyTitle = ({ error }: NewAccountPasskeyScreen): string =>
  `${error === null ? "" : "Error: "}${heading}`;

/** Starts the browser's dialogue for the passkey with which the account begins. */
export function NewAccountPasskeyPage({ model }: { readonly model: NewAccountPasskeyScreen }) {
  return (
    <Gate
      title={heading}
      to={
        <>
          for <bdi>{model.username}</bdi> · <bdi>{model.email}</bdi>
        </>
      }
    >
      {model.error !== null && (
        <ErrorSummary title="There is no account yet" errors={[{ text: model.error, field: "passkey" }]} />
      )}
      <div className="gate-words">
        <p>
          A passkey signs you in by fingerprint, face or PIN, without a password. Your browser asks where to
          keep it: on this device, in your password manager, or on a security key.
        </p>
      </div>
      <div className="passkey-add" id="passkey">
        <PasskeyForm kind="primary" passkey={model.passkey} label="Create a passkey" />
        <div className="passkey-unknown">
          <Notice>
            <p>A passkey needs JavaScript, and a browser that knows passkeys.</p>
          </Notice>
        </div>
      </div>
      <form className="ui-form" method="post" action={model.back.action}>
        <HiddenFields fields={model.back.hidden} />
        <Button wide kind="plain" name="use" value="password">
          Choose a password instead
        </Button>
      </form>
    </Gate>
  );
}

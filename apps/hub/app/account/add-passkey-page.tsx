import { ErrorSummary, Notice } from "@gatehouse/ui";
import type { AddPasskeyScreen } from "../../src/screen/screen.ts";
import { Gate } from "../gate.tsx";
import { PasskeyForm } from "../passkey-form.tsx";

const heading = "Add a passkey";

export const addPasskeyTitle = ({ error }: AddPasskeyScreen): string =>
  error === null ? heading : `Error: ${heading}`;

/** Starts the browser's dialogue for a new passkey. */
export function AddPasskeyPage({ model }: { readonly model: AddPasskeyScreen }) {
  return (
    <Gate
      isPrivate
      title={heading}
      to={
        <>
          to the account of <bdi>{model.personName}</bdi>
        </>
      }
    >
      {model.error !== null && (
        <ErrorSummary title="Not added yet" errors={[{ text: model.error, field: "passkey" }]} />
      )}
      <div className="gate-words">
        {model.site !== null && (
          <p>
            <bdi>{model.site.name}</bdi> needs more than your password for this. Add a passkey once, then you
            go on.
          </p>
        )}
        <p>
          A passkey signs you in by fingerprint, face or PIN. Your browser asks where to keep it: on this
          device, in your password manager, or on a security key.
        </p>
      </div>
      <div className="passkey-add" id="passkey">
        <PasskeyForm kind="primary" passkey={model.passkey} label="Add a passkey" />
        <div className="passkey-unknown">
          <Notice>
            <p>Adding a passkey needs JavaScript, and a browser that knows passkeys.</p>
          </Notice>
        </div>
      </div>
      <p className="gate-back">
        <a href={model.cancelTo}>Back to {model.site === null ? "Security" : <bdi>{model.site.name}</bdi>}</a>
      </p>
    </Gate>
  );
}

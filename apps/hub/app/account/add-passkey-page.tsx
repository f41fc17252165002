import { Notice } from "@gatehouse/ui";
import type { AddPasskeyScreen } from "../../src/screen/screen.ts";
import { Gate } from "../gate.tsx";
import { PasskeyForm } from "../passkey-form.tsx";

/** Starts the browser's dialogue for a new passkey. */
export function AddPasskeyPage({ model }: { readonly model: AddPasskeyScreen }) {
  return (
    <Gate
      isPrivate
      title="Add a passkey"
      to={
        <>
          to the account of <bdi>{model.personName}</bdi>
        </>
      }
    >
      <div className="gate-words">
        <p>
          A passkey signs you in by fingerprint, face or PIN. Your browser asks where to keep it: on this
          device, in your password manager, or on a security key.
        </p>
      </div>
      <div className="passkey-add">
        <PasskeyForm kind="primary" passkey={model.passkey} label="Add a passkey" />
        <div className="passkey-unknown">
          <Notice>
            <p>Adding a passkey needs JavaScript, and a browser that knows passkeys.</p>
          </Notice>
        </div>
      </div>
      <p className="gate-back">
        <a href="/account/security">Back to Security</a>
      </p>
    </Gate>
  );
}

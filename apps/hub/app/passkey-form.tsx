import { Button } from "@gatehouse/ui";
import type { PasskeyCeremony } from "../src/screen/screen.ts";
import { HiddenFields } from "./hidden-fields.tsx";

export interface PasskeyFormProps {
  readonly passkey: PasskeyCeremony;
  readonly label: string;
  readonly kind?: "primary" | "plain";
  /** The browser offers passkeys in the suggestions of the field with `autocomplete="… webauthn"`. */
  readonly autofill?: boolean;
  /** Tick boxes of another form to send along: name of the field, and id of the box. */
  readonly copies?: readonly { readonly name: string; readonly from: string }[];
}

/**
 * A form that `passkey.js` fills with the answer of an authenticator. It is invisible, and takes the place that it will
 * need, until the script finds that the browser knows passkeys.
 */
export function PasskeyForm({
  passkey,
  label,
  kind = "plain",
  autofill = false,
  copies = [],
}: PasskeyFormProps) {
  return (
    <form
      className="ui-form passkey-form"
      method="post"
      action={passkey.action}
      data-passkey={passkey.ceremony}
      data-options={JSON.stringify(passkey.options)}
      data-autofill={autofill || undefined}
    >
      <HiddenFields fields={passkey.hidden} />
      {copies.map(({ name, from }) => (
        <input key={name} type="hidden" name={name} value="true" disabled data-copies={from} />
      ))}
      <input type="hidden" name="passkey" value="" />
      <Button kind={kind} wide>
        {label}
      </Button>
      <p role="status" className="passkey-status" />
    </form>
  );
}

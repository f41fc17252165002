import { Button, CheckboxField, ErrorSummary } from "@gatehouse/ui";
import type { ResetPasswordScreen } from "../../src/screen/screen.ts";
import { Gate } from "../gate.tsx";
import { HiddenFields } from "../hidden-fields.tsx";
import { NewPasswordField } from "../new-password-field.tsx";

export const resetPasswordTitle = ({ error }: ResetPasswordScreen): string =>
  `${error ? "Error: " : ""}Choose a new password`;

/** Says what ends with the old password before it does. */
export function ResetPasswordPage({ model }: { readonly model: ResetPasswordScreen }) {
  const { name, username } = model.person;
  return (
    <Gate
      title="Choose a new password"
      to={
        <>
          for <bdi>{name}</bdi> (<bdi>{username}</bdi>)
        </>
      }
    >
      {model.error && (
        <ErrorSummary
          title="Your password is not changed yet"
          errors={[{ text: model.error, field: "password" }]}
        />
      )}
      <form className="ui-form" method="post" action={model.action}>
        <HiddenFields fields={model.hidden} />
        <input type="text" name="username" autoComplete="username" value={username} readOnly hidden />
        <NewPasswordField
          id="password"
          name="password"
          label="New password"
          least={model.least}
          about={model.about}
          error={model.error}
        />
        <CheckboxField
          id="disconnect-apps"
          name="disconnectApps"
          label="Disconnect all apps and revoke all app passwords"
          hint="Choose this if somebody else knew your password."
          checked={model.disconnectApps}
        />
        <p>You are signed out in every browser, and sign in with the new password then.</p>
        <Button wide busyLabel="Changing it …">
          Change my password
        </Button>
      </form>
    </Gate>
  );
}

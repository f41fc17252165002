import { Button, CheckboxField, ErrorSummary, Notice } from "@gatehouse/ui";
import type { ResetPasswordScreen } from "../../src/screen/screen.ts";
import { Gate } from "../gate.tsx";
import { HiddenFields } from "../hidden-fields.tsx";
import { NewPasswordField } from "../new-password-field.tsx";

export const resetPasswordTitle = (model: ResetPasswordScreen): string =>
  `${model.error ? "Error: " : ""}${heading(model)}`;

const heading = ({ former }: ResetPasswordScreen) =>
  former === "password" ? "Choose a new password" : "Choose a password";

/** Says what ends with the old password before it does. */
export function ResetPasswordPage({ model }: { readonly model: ResetPasswordScreen }) {
  const { name, username } = model.person;
  return (
    <Gate
      title={heading(model)}
      to={
        <>
          for <bdi>{name}</bdi>{" "}
          <span className="whole-name">
            (<bdi>{username}</bdi>)
          </span>
        </>
      }
    >
      {model.error && (
        <ErrorSummary
          title={
            model.former === "password" ? "Your password is not changed yet" : "You have no password yet"
          }
          errors={[{ text: model.error, field: "password" }]}
        />
      )}
      {model.former === "passkey" && model.error === null && (
        <Notice>
          <p>
            You sign in with a passkey, and need no password.{" "}
            <a href={model.signIn}>Sign in with your passkey</a>, or choose a password if you lost it. A
            recovery code then replaces the passkey.
          </p>
        </Notice>
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
        <Button wide busyLabel="Saving it …">
          {model.former === "password" ? "Change my password" : "Save my password"}
        </Button>
      </form>
    </Gate>
  );
}

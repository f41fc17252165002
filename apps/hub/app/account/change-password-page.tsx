import { Button, ButtonLink, CheckboxField, ErrorSummary, Page, PasswordField } from "@gatehouse/ui";
import type { ChangePasswordScreen } from "../../src/screen/screen.ts";
import { HiddenFields } from "../hidden-fields.tsx";
import { NewPasswordField } from "../new-password-field.tsx";
import { changePasswordErrorWords } from "../password-words.ts";
import { AccountHeader } from "./account-frame.tsx";

const heading = ({ hasPassword }: ChangePasswordScreen) =>
  hasPassword ? "Change your password" : "Add a password";

export const changePasswordTitle = (model: ChangePasswordScreen): string =>
  `${model.errors.length > 0 ? "Error: " : ""}${heading(model)}`;

/** Asks for the current password and for the new one, and what else ends with the old one. */
export function ChangePasswordPage({ model }: { readonly model: ChangePasswordScreen }) {
  const errors = model.errors.map(changePasswordErrorWords);
  const errorOf = (field: "current" | "password") =>
    errors.find((error) => error.field === field)?.text ?? null;
  return (
    <Page isPrivate header={<AccountHeader />}>
      <div className="one-column">
        <h1 className="ui-title">{heading(model)}</h1>
        <p className="ui-lead">
          For the account of <bdi>{model.person.name}</bdi>.
        </p>
        {errors.length > 0 && (
          <ErrorSummary
            title={model.hasPassword ? "Your password is not changed" : "There is no password yet"}
            errors={errors}
          />
        )}
        <form className="ui-form" method="post" action={model.action}>
          <HiddenFields fields={model.hidden} />
          <AccountName username={model.person.username} />
          {model.hasPassword && (
            <PasswordField
              id="current"
              name="current"
              label="Current password"
              error={errorOf("current")}
              autoComplete="current-password"
            />
          )}
          <NewPasswordField
            id="password"
            name="password"
            label="New password"
            least={model.least}
            about={model.about}
            error={errorOf("password")}
          />
          <div className="gate-choices">
            <CheckboxField
              id="end-sessions"
              name="endSessions"
              label="Sign me out everywhere else"
              hint="Somebody who knew the old password may be signed in somewhere."
              checked={model.endSessions}
            />
            <CheckboxField
              id="disconnect-apps"
              name="disconnectApps"
              label="Revoke my app passwords and disconnect my apps"
              hint="You set them up again where you need them."
              checked={model.disconnectApps}
            />
          </div>
          <div className="form-ways">
            <Button busyLabel="Saving it …">
              {model.hasPassword ? "Change my password" : "Add the password"}
            </Button>
            <ButtonLink kind="plain" href="/account/security">
              Cancel
            </ButtonLink>
          </div>
        </form>
      </div>
    </Page>
  );
}

/** Tells password managers which account the new password belongs to. */
export function AccountName({ username }: { readonly username: string }) {
  return <input type="text" name="username" autoComplete="username" value={username} readOnly hidden />;
}

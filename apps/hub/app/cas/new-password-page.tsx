import { Button, ErrorSummary, Notice } from "@gatehouse/ui";
import type { NewPasswordScreen } from "../../src/screen/screen.ts";
import { AccountName } from "../account/change-password-page.tsx";
import { Gate } from "../gate.tsx";
import { HiddenFields } from "../hidden-fields.tsx";
import { NewPasswordField } from "../new-password-field.tsx";
import { changePasswordErrorWords } from "../password-words.ts";

export const newPasswordTitle = ({ error }: NewPasswordScreen): string =>
  `${error === null ? "" : "Error: "}Choose a new password`;

const reasons: Readonly<Record<NewPasswordScreen["because"], string>> = {
  "set-by-operator": "An operator set your password and may know it. Choose one that only you know;",
  "too-short":
    "Your second step was turned off, and your password is too short to protect your account alone. Choose a longer one;",
};

/** Asks for another password before the destination, because the current one must be changed. */
export function NewPasswordPage({ model }: { readonly model: NewPasswordScreen }) {
  const error = model.error && changePasswordErrorWords(model.error);
  return (
    <Gate
      title="Choose a new password"
      isPrivate
      to={
        <>
          for the account <bdi>{model.username}</bdi>
        </>
      }
    >
      {error === null ? (
        <Notice>
          <p>{reasons[model.because]} then you are signed in.</p>
        </Notice>
      ) : (
        <ErrorSummary title="You are not signed in yet" errors={[error]} />
      )}
      <form className="ui-form" method="post" action={model.action}>
        <HiddenFields fields={model.hidden} />
        <AccountName username={model.username} />
        <NewPasswordField
          id="password"
          name="password"
          label="New password"
          least={model.least}
          about={model.about}
          error={error?.text ?? null}
        />
        <Button wide busyLabel="Saving it …">
          Save it and sign in
        </Button>
      </form>
      <p className="gate-back">
        <a href={model.startAgain}>Sign in with another account</a>
      </p>
    </Gate>
  );
}

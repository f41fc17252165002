import { Button, ErrorSummary, Notice, TextField } from "@gatehouse/ui";
import type { NewAccountScreen } from "../../src/screen/screen.ts";
import { Gate } from "../gate.tsx";
import { HiddenFields } from "../hidden-fields.tsx";
import { NewPasswordField } from "../new-password-field.tsx";

const newAccountHeading = ({ kind }: Pick<NewAccountScreen, "kind">): string =>
  kind === "sign-up" ? "Create your account" : "Set up your account";

export const newAccountTitle = (model: NewAccountScreen): string =>
  `${model.errors.length > 0 ? "Error: " : ""}${newAccountHeading(model)}`;

/** The user chooses a name and a way to sign in; a username too, unless an operator gave it. */
export function NewAccountPage({ model }: { readonly model: NewAccountScreen }) {
  const errorOf = (field: "name" | "username" | "password") =>
    model.errors.find((error) => error.field === field)?.text ?? null;
  const isInvited = model.kind === "invitation";
  const signsIn = model.identity === null ? " You sign in with it, or with your email." : "";
  return (
    <Gate title={newAccountHeading(model)} to={<bdi>{model.email}</bdi>}>
      {model.errors.length > 0 && <ErrorSummary title="There is no account yet" errors={model.errors} />}
      {model.errors.length === 0 && model.signedIn !== null && (
        <Notice>
          <p>
            <strong>
              <bdi>{model.signedIn}</bdi>
            </strong>{" "}
            is signed in in this browser, and is signed out when you finish.
          </p>
        </Notice>
      )}
      <form className="ui-form" method="post" action={model.action}>
        <HiddenFields fields={model.hidden} />
        <FederatedSignIn identity={model.identity} />
        <TextField
          id="name"
          name="name"
          label="Your name"
          hint="Sites show it to you, and some to others."
          value={model.name}
          error={errorOf("name")}
          autoComplete="name"
          autoCapitalize="words"
        />
        <TextField
          id="username"
          name="username"
          label="Username"
          hint={isInvited ? `An operator chose it.${signsIn}` : `Letters a to z, digits and . _ -.${signsIn}`}
          value={model.username}
          error={errorOf("username")}
          autoComplete="username"
          isFixed={isInvited}
        />
        {model.identity === null && (
          <NewPasswordField
            id="password"
            name="password"
            label="Password"
            least={model.least}
            about={model.about}
            error={errorOf("password")}
          />
        )}
        <Button wide busyLabel="Creating it …">
          {newAccountHeading(model)}
        </Button>
        {model.identity === null ? (
          <div className="passkey-choice" data-passkey-choice>
            <Button wide kind="plain" name="use" value="passkey" busyLabel="One moment …">
              Use a passkey instead
            </Button>
          </div>
        ) : (
          model.identity.canChange && (
            <Button wide kind="plain" name="use" value="password">
              Choose another way to sign in
            </Button>
          )
        )}
      </form>
      <Providers model={model} />
    </Gate>
  );
}

/** Separate forms, which do not keep typed names: the provider suggests names. */
function Providers({ model: { providers } }: { readonly model: NewAccountScreen }) {
  if (providers.length === 0) return null;
  return (
    <div className="gate-ways">
      {providers.map(({ name, action, hidden }) => (
        <form key={action} method="post" action={action}>
          <HiddenFields fields={hidden} />
          <Button wide kind="plain">
            {`Use ${name} instead of a password`}
          </Button>
        </form>
      ))}
    </div>
  );
}

function FederatedSignIn({ identity }: Pick<NewAccountScreen, "identity">) {
  if (identity === null) return null;
  return (
    <p>
      You sign in with {identity.provider}
      {identity.label !== "" && (
        <>
          {" "}
          as{" "}
          <strong>
            <bdi>{identity.label}</bdi>
          </strong>
        </>
      )}
      , without a password here.
    </p>
  );
}

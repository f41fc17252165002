import {
  Button,
  CheckboxField,
  ErrorSummary,
  Footer,
  Notice,
  PasswordField,
  Reference,
  TextField,
} from "@gatehouse/ui";
import type { LoginScreen } from "../../src/screen/screen.ts";
import { Gate } from "../gate.tsx";
import { HiddenFields } from "../hidden-fields.tsx";
import { NamedSite } from "../named-site.tsx";
import { PasskeyForm } from "../passkey-form.tsx";
import { loginErrorWords, reasonWords, rememberWords } from "../words.ts";

export const loginTitle = ({ error }: LoginScreen): string => (error ? "Error: Sign in" : "Sign in");

export function LoginPage({ model }: { readonly model: LoginScreen }) {
  const problem = model.error && loginErrorWords(model.error.code, model.error.retryInSeconds);
  // A notice or an error is read before anything is typed.
  const isCalm = model.error === null && model.reason === null && model.signedIn === null;
  const errorOf = (field: "username" | "password") =>
    problem?.atField && problem.field === field ? problem.text : null;
  // A setting of the browser's session, which a new sign-in keeps.
  const kept = model.askBefore ? [{ name: "warn", value: "true" }] : [];
  return (
    <Gate title="Sign in" to={<Destination site={model.site} />} footer={<LoginFooter />}>
      {model.error && problem && (
        <ErrorSummary
          title="You are not signed in yet"
          errors={[{ text: problem.text, field: problem.field }]}
        />
      )}
      {!problem && <Reason model={model} />}
      {model.signedIn && <SignedIn signedIn={model.signedIn} />}
      <form className="ui-form" method="post" action={model.action}>
        <HiddenFields fields={[...model.hidden, ...kept]} />
        <TextField
          id="username"
          name="username"
          label="Username or email"
          value={model.username}
          error={errorOf("username")}
          autoComplete="username webauthn"
          autoFocus={isCalm && model.username === ""}
        />
        <PasswordField
          id="password"
          name="password"
          label="Password"
          error={errorOf("password")}
          autoComplete="current-password"
          autoFocus={isCalm && model.username !== ""}
        />
        <div className="gate-choices">
          <CheckboxField
            id="remember-me"
            name="rememberMe"
            label="Keep me signed in on this browser"
            hint={rememberWords(model.rememberDays)}
            checked={model.rememberMe}
          />
        </div>
        <Button wide busyLabel="Signing in …">
          Sign in
        </Button>
        {model.providers.map(({ name, action }) => (
          <Button key={action} wide kind="plain" action={action}>
            {`Continue with ${name}`}
          </Button>
        ))}
        <OtherWays ways={model.otherWays} />
      </form>
      <PasskeyForm
        passkey={{ ...model.passkey, hidden: [...model.passkey.hidden, ...kept] }}
        label="Sign in with a passkey"
        autofill
        copies={[{ name: "rememberMe", from: "remember-me" }]}
      />
      {model.site !== null && (
        <p className="gate-back">
          <a href={model.site.url}>{`Back to ${model.site.name}`}</a>
        </p>
      )}
      {model.error && !problem?.atField && <Reference code={model.error.reference} />}
    </Gate>
  );
}

/** For users who cannot sign in yet, or not any more. */
function OtherWays({ ways }: { ways: LoginScreen["otherWays"] }) {
  return (
    <ul className="gate-links">
      <li>
        <a href={ways.forgotPassword}>Forgot your password?</a>
      </li>
      {ways.signUp !== null && (
        <li>
          <a href={ways.signUp.href}>
            {ways.signUp.mode === "open" ? "Create an account" : "Lost your invitation?"}
          </a>
        </li>
      )}
    </ul>
  );
}

/** Offers the signed-in user to continue without the form, which is for another user. */
function SignedIn({ signedIn }: { signedIn: NonNullable<LoginScreen["signedIn"]> }) {
  return (
    <Notice>
      <p>
        <strong>
          <bdi>{signedIn.name}</bdi>
        </strong>{" "}
        is signed in in this browser.{" "}
        <a href={signedIn.continueTo}>
          Continue as <bdi>{signedIn.name}</bdi>
        </a>
      </p>
    </Notice>
  );
}

/** Names the site that sent the user. */
function Destination({ site }: Pick<LoginScreen, "site">) {
  if (site === null) return "with your Gatehouse account";
  return (
    <>
      to continue to <NamedSite site={site} />
    </>
  );
}

function Reason({ model }: { model: LoginScreen }) {
  if (model.reason === null) return null;
  const { why, next } = reasonWords(model.reason, model.idleMinutes, model.site?.name);
  return (
    <Notice>
      <p>
        {why} {next}
      </p>
    </Notice>
  );
}

function LoginFooter() {
  return (
    <Footer>
      <p>Gatehouse keeps one sign-in for all your sites. Your password stays here.</p>
    </Footer>
  );
}

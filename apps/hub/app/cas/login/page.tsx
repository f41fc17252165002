import {
  Button,
  ErrorSummary,
  Footer,
  Notice,
  Page,
  PasswordField,
  Reference,
  TextField,
} from "@gatehouse/ui";
import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { type LoginScreen, readScreen } from "../../../src/screen.ts";
import { GateBrand } from "../../gate-brand.tsx";
import { loginErrorWords, reasonWords } from "../../words.ts";

export const dynamic = "force-dynamic";

export function generateMetadata(): Metadata {
  return { title: readScreen("login")?.error ? "Error: Sign in" : "Sign in" };
}

export default function LoginPage() {
  const model = readScreen("login");
  if (model === null) notFound();
  const problem = model.error && loginErrorWords(model.error.code, model.error.retryInSeconds);
  const errorOf = (field: "username" | "password") =>
    problem?.atField && problem.field === field ? problem.text : null;
  return (
    <Page width="form" footer={<LoginFooter />}>
      <div className="gate">
        <header className="gate-head">
          <GateBrand />
          <h1 className="ui-title">Sign in</h1>
          <Destination site={model.site} />
        </header>
        {model.error && problem && (
          <ErrorSummary
            title="You are not signed in yet"
            errors={[{ text: problem.text, field: problem.field }]}
          />
        )}
        {!problem && <Reason model={model} />}
        <form className="ui-form" method="post" action={model.action}>
          {model.hidden.map(({ name, value }) => (
            <input key={name} type="hidden" name={name} value={value} />
          ))}
          <TextField
            id="username"
            name="username"
            label="Username or email"
            value={model.username}
            error={errorOf("username")}
            autoComplete="username webauthn"
          />
          <PasswordField
            id="password"
            name="password"
            label="Password"
            error={errorOf("password")}
            autoComplete="current-password"
          />
          <Button wide busyLabel="Signing in …">
            Sign in
          </Button>
        </form>
        {model.error && !problem?.atField && <Reference code={model.error.reference} />}
      </div>
    </Page>
  );
}

/** Which site sent her. Name and host come from its registration, never from the request. */
function Destination({ site }: Pick<LoginScreen, "site">) {
  if (site === null) return <p className="gate-to">with your Gatehouse account</p>;
  return (
    <p className="gate-to">
      to continue to{" "}
      <span className="gate-site">
        <strong>{site.name}</strong> · {site.host}
      </span>
    </p>
  );
}

function Reason({ model }: { model: LoginScreen }) {
  if (model.reason === null) return null;
  const { why, next } = reasonWords(model.reason, model.idleMinutes);
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

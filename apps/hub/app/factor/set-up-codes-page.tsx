import { Button, ButtonLink, ErrorSummary, TextField } from "@gatehouse/ui";
import type { SetUpCodesScreen } from "../../src/screen/screen.ts";
import { Gate } from "../gate.tsx";
import { HiddenFields } from "../hidden-fields.tsx";
import { CopyButton } from "./copy-button.tsx";
import { factorErrorWords } from "./factor-words.ts";

const heading = "Set up one-time codes";

export const setUpCodesTitle = ({ error }: SetUpCodesScreen): string =>
  error ? `Error: ${heading}` : heading;

function Heading() {
  return (
    <>
      Set up <span className="whole-word">one-time</span> codes
    </>
  );
}

/** Shows the secret for the authenticator app, and asks for a first code. */
export function SetUpCodesPage({ model }: { readonly model: SetUpCodesScreen }) {
  const problem = model.error && factorErrorWords(model.error);
  return (
    <Gate title={<Heading />} to={<Why model={model} />} isPrivate>
      {problem && (
        <ErrorSummary title="One-time codes are not on yet" errors={[{ text: problem, field: "code" }]} />
      )}
      <ol className="gate-steps">
        <li>Open an authenticator app on your phone. Your password manager may be one.</li>
        <li>
          Scan this picture with it.
          <QrPicture code={model.qrCode} />
          <details className="gate-aside">
            <summary>Type a key instead</summary>
            <p>
              <code className="secret" id="totp-secret" data-copy={model.secret.replaceAll(" ", "")}>
                {model.secret}
              </code>
            </p>
            <CopyButton copies="totp-secret" what="key" />
          </details>
        </li>
        <li>Enter the six digits that the app shows.</li>
      </ol>
      <form className="ui-form" method="post" action={model.action}>
        <HiddenFields fields={model.hidden} />
        <TextField
          id="code"
          name="code"
          label="Code from the app"
          error={problem}
          autoComplete="one-time-code"
          inputMode="numeric"
        />
        <Button wide busyLabel="Checking …">
          Turn on one-time codes
        </Button>
        {model.passkeyInstead !== null && (
          <ButtonLink kind="plain" href={model.passkeyInstead}>
            Add a passkey instead
          </ButtonLink>
        )}
        <ButtonLink kind="plain" href={model.cancelTo}>
          {model.because === "asked-for" && model.site !== null ? `Back to ${model.site.name}` : "Cancel"}
        </ButtonLink>
      </form>
    </Gate>
  );
}

function Why({ model: { because, site } }: { readonly model: SetUpCodesScreen }) {
  if (because === "operator")
    return <>Operators sign in with a password and a second step. You are signed in once it is set up.</>;
  if (because === "wanted") return <>When you sign in, you enter your password and a code from your phone.</>;
  return (
    <>
      {site === null ? "This page" : <bdi>{site.name}</bdi>} needs more than your password for this. Set up a
      second step once, then you go on.
    </>
  );
}

/** Dark on light in both colour schemes: scanners do not read it otherwise. */
function QrPicture({ code: { size, path } }: { readonly code: SetUpCodesScreen["qrCode"] }) {
  return (
    <svg
      className="qr-code"
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label="QR code with the key, for your authenticator app"
      shapeRendering="crispEdges"
    >
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}

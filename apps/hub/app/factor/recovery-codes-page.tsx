import { Button, ButtonLink, Page } from "@gatehouse/ui";
import type { RecoveryCodesScreen } from "../../src/screen/screen.ts";
import { AccountHeader } from "../account/account-frame.tsx";
import { HiddenFields } from "../hidden-fields.tsx";
import { CopyButton } from "./copy-button.tsx";

const replaces =
  "Each of these codes replaces your second step once, if you lose your phone or your passkey.";

const introductions: Readonly<Record<RecoveryCodesScreen["because"], string>> = {
  "codes-on": `One-time codes are on. ${replaces}`,
  "passkey-added": `Your passkey is added. ${replaces}`,
  "new-account":
    "Your account is ready. If you lose your passkey, choose “Forgot your password?” at the next sign-in: a new password and one of these codes let you in. Each code works once.",
  renewed: replaces,
};

/** The only page that ever shows them. */
export function RecoveryCodesPage({ model }: { readonly model: RecoveryCodesScreen }) {
  return (
    <Page isPrivate header={<AccountHeader />}>
      <div className="one-column">
        <h1 className="ui-title">Your recovery codes</h1>
        <p className="ui-lead">
          {introductions[model.because]} Save them now: they are shown only this once.
        </p>
        <ul className="recovery-codes" id="recovery-codes">
          {model.codes.map((code) => (
            <li key={code}>
              <code className="secret">{code}</code>
            </li>
          ))}
        </ul>
        <CopyButton copies="recovery-codes" what="codes" />
        <form method="post" action={model.download.action} data-repeats="yes">
          <HiddenFields fields={model.download.hidden} />
          <Button kind="plain">Download as text</Button>
        </form>
        <div className="form-ways">
          <ButtonLink href={model.continueTo}>I have saved them</ButtonLink>
        </div>
        {model.because !== "new-account" && <EndOthers token={model.token} />}
      </div>
    </Page>
  );
}

function EndOthers({ token }: Pick<RecoveryCodesScreen, "token">) {
  return (
    <>
      <h2>Signed in elsewhere?</h2>
      <p>If somebody else may have been in your account, end your other sign-ins too.</p>
      <form method="post" action="/account/sessions/end-others">
        <HiddenFields fields={[{ name: "token", value: token }]} />
        <Button kind="plain">Sign out everywhere else</Button>
      </form>
    </>
  );
}

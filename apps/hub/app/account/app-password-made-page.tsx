import { Button, ButtonLink, Page } from "@gatehouse/ui";
import type { AppPasswordMadeScreen } from "../../src/screen/screen.ts";
import { AccountHeader } from "./account-frame.tsx";
import { allowsWords } from "./app-password-words.ts";
import { ExactDate } from "./exact-date.tsx";

/** The only page that ever shows it. */
export function AppPasswordMadePage({ model }: { readonly model: AppPasswordMadeScreen }) {
  return (
    <Page isPrivate header={<AccountHeader />}>
      <div className="one-column">
        <h1 className="ui-title">Your new app password</h1>
        <p className="ui-lead">
          Copy it now. It is shown only this once: nobody can look it up later, and neither can you.
        </p>
        <dl className="made">
          <div>
            <dt>App password</dt>
            <dd>
              <code className="secret">{model.secret}</code>
            </dd>
          </div>
          <div>
            <dt>Username</dt>
            <dd>
              <bdi>{model.username}</bdi>
            </dd>
          </div>
          <div>
            <dt>For</dt>
            <dd>
              <bdi>{model.name}</bdi>
            </dd>
          </div>
        </dl>
        <p>
          {allowsWords(model.allows)} It can be used until <ExactDate date={model.expiresAt} />, or until you
          revoke it on your account page.
        </p>
        <ButtonLink href="/account/apps">I have copied it</ButtonLink>
        <form method="post" action="/account/sessions/end-others">
          <input type="hidden" name="token" value={model.token} />
          <p>
            Did somebody else use your account?{" "}
            <Button kind="plain" busyLabel="Signing out …">
              Sign out everywhere else
            </Button>
          </p>
        </form>
      </div>
    </Page>
  );
}

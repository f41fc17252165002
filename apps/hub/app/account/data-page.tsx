import { Button, ButtonLink, ErrorSummary, Section, TextField } from "@gatehouse/ui";
import type { OwnDataScreen } from "../../src/screen/screen.ts";
import { AccountFrame } from "./account-frame.tsx";

export const dataTitle = ({ error }: OwnDataScreen): string => `${error === null ? "" : "Error: "}Your data`;

/** The export, and the deletion of the account. */
export function DataPage({ model }: { readonly model: OwnDataScreen }) {
  const { error, graceDays, person, token, typed } = model;
  const text = error === null ? null : `Enter your username, ${person.username}.`;
  return (
    <AccountFrame current="profile" title="Your data" model={model}>
      {text !== null && (
        <div className="account-notice">
          <ErrorSummary title="Your account is not deleted" errors={[{ text, field: "username" }]} />
        </div>
      )}
      <Section
        id="export"
        title="Export"
        intro="Your profile, ways to sign in, sessions, apps and activity, as a file in the format JSON. It contains no password."
      >
        <form method="post" action="/account/data/export" data-repeats="yes">
          <input type="hidden" name="token" value={token} />
          <Button kind="plain">Download my data</Button>
        </form>
      </Section>
      <Section id="delete" title="Delete your account">
        <div className="one-column">
          <p>
            You are signed out everywhere at once, and apps lose their access. After{" "}
            {graceDays === 1 ? "a day" : `${graceDays} days`} everything that Gatehouse stores about you is
            deleted. To keep your account, sign in before that and choose <em>Keep my account</em>. Sites keep
            what they store themselves.
          </p>
          <form className="ui-form" method="post" action="/account/delete">
            <input type="hidden" name="token" value={token} />
            <TextField
              id="username"
              name="username"
              label={`To confirm, enter your username: ${person.username}`}
              error={text}
              autoComplete="off"
              value={typed}
            />
            <div className="form-ways">
              <Button kind="danger" busyLabel="Deleting …">
                Delete my account
              </Button>
              <ButtonLink kind="plain" href="/account">
                Cancel
              </ButtonLink>
            </div>
          </form>
        </div>
      </Section>
    </AccountFrame>
  );
}

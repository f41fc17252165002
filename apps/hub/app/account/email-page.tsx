import { Button, ButtonLink, ErrorSummary, TextField } from "@gatehouse/ui";
import { waitWords } from "../../src/http/wait-words.ts";
import type { EmailScreen } from "../../src/screen/screen.ts";
import { AccountFrame } from "./account-frame.tsx";

export const emailTitle = ({ error }: EmailScreen): string =>
  `${error === null ? "" : "Error: "}Change your email`;

export function EmailPage({ model }: { readonly model: EmailScreen }) {
  const { error, person, token, typed } = model;
  const text = error === null ? null : faultWords(error);
  return (
    <AccountFrame current="profile" title="Change your email" model={model}>
      <div className="one-column">
        {text !== null && <ErrorSummary title="No link was sent" errors={[{ text, field: "email" }]} />}
        <p className="email-now">
          Your address is <bdi className="whole-name">{person.email}</bdi>
          {person.emailVerified ? "." : ", and not confirmed yet. Enter it again to confirm it."}
        </p>
        <form className="ui-form" method="post" action="/account/email">
          <input type="hidden" name="token" value={token} />
          <TextField
            id="email"
            name="email"
            label="New email address"
            hint="We send a link to it. Until you use the link, your present address stays."
            error={text}
            autoComplete="email"
            value={typed}
          />
          <div className="form-ways">
            <Button busyLabel="Sending …">Send me a link</Button>
            <ButtonLink kind="plain" href="/account">
              Cancel
            </ButtonLink>
          </div>
        </form>
      </div>
    </AccountFrame>
  );
}

function faultWords(error: NonNullable<EmailScreen["error"]>): string {
  switch (error.code) {
    case "email_missing":
      return "Enter an email address.";
    case "email_unfit":
      return "Enter an email address such as name@example.com.";
    case "too_many_mails":
      return `There were too many requests. Try again in ${waitWords(error.retryInSeconds)}.`;
  }
}

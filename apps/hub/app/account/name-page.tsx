import { Button, ButtonLink, ErrorSummary, TextField } from "@gatehouse/ui";
import type { NameScreen, PersonNameFault } from "../../src/screen/screen.ts";
import { AccountFrame } from "./account-frame.tsx";

export const nameTitle = ({ error }: NameScreen): string =>
  `${error === null ? "" : "Error: "}Change your name`;

export function NamePage({ model }: { readonly model: NameScreen }) {
  const { error, longest, token, typed } = model;
  const text = error === null ? null : faultWords(error, longest);
  return (
    <AccountFrame current="profile" title="Change your name" model={model}>
      <div className="one-column">
        {text !== null && (
          <ErrorSummary title="Your name is not changed yet" errors={[{ text, field: "name" }]} />
        )}
        <form className="ui-form" method="post" action="/account/name">
          <input type="hidden" name="token" value={token} />
          <TextField
            id="name"
            name="name"
            label="Name"
            hint="As sites should show it, in any script."
            error={text}
            autoComplete="name"
            value={typed}
          />
          <div className="form-ways">
            <Button busyLabel="Saving …">Save the name</Button>
            <ButtonLink kind="plain" href="/account">
              Cancel
            </ButtonLink>
          </div>
        </form>
      </div>
    </AccountFrame>
  );
}

function faultWords(fault: PersonNameFault, longest: number): string {
  switch (fault) {
    case "name_missing":
      return "Enter your name";
    case "name_too_long":
      return `Enter a name of at most ${longest} characters`;
    case "name_unfit":
      return "Enter a name without line breaks and other invisible characters";
  }
}

import { Button, ButtonLink, ErrorSummary, TextField } from "@gatehouse/ui";
import type { NameScreen } from "../../src/screen/screen.ts";
import { AccountFrame } from "./account-frame.tsx";

export const nameTitle = ({ error }: NameScreen): string =>
  `${error === null ? "" : "Error: "}Change your name`;

export function NamePage({ model }: { readonly model: NameScreen }) {
  const { error, token, typed } = model;
  return (
    <AccountFrame current="profile" title="Change your name" model={model}>
      <div className="one-column">
        {error !== null && (
          <ErrorSummary title="Your name is not changed yet" errors={[{ text: error, field: "name" }]} />
        )}
        <form className="ui-form" method="post" action="/account/name">
          <input type="hidden" name="token" value={token} />
          <TextField
            id="name"
            name="name"
            label="Name"
            hint="As sites should show it, in any script."
            error={error}
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

import { Button, TextField } from "@gatehouse/ui";
import { HiddenFields } from "../hidden-fields.tsx";

export interface RequestLinkFormProps {
  readonly action: string;
  readonly hidden: readonly { readonly name: string; readonly value: string }[];
  /** Name and id of the input; an error summary links to it. */
  readonly field: "email" | "identifier";
  readonly label: string;
  readonly hint: string;
  readonly value: string;
  readonly error: string | null;
  readonly autoComplete: "email" | "username";
}

/** Asks for an address or a username, to which a link is mailed. */
export function RequestLinkForm({ action, hidden, field, error, ...input }: RequestLinkFormProps) {
  return (
    <form className="ui-form" method="post" action={action}>
      <HiddenFields fields={hidden} />
      <TextField id={field} name={field} error={error} autoFocus={error === null} {...input} />
      <Button wide busyLabel="Sending it …">
        Send me a link
      </Button>
    </form>
  );
}

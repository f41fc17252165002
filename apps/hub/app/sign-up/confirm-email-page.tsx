import { Button, ButtonLink } from "@gatehouse/ui";
import type { ConfirmEmailScreen, EmailConfirmedScreen } from "../../src/screen/screen.ts";
import { Gate } from "../gate.tsx";
import { HiddenFields } from "../hidden-fields.tsx";

/** A button, because mail scanners open links. */
export function ConfirmEmailPage({ model }: { readonly model: ConfirmEmailScreen }) {
  const { name, username } = model.person;
  const isNew = model.email !== model.formerEmail;
  return (
    <Gate title="Use this address?">
      <p>
        The account of{" "}
        <strong>
          <bdi>{name}</bdi>
        </strong>{" "}
        <span className="whole-name">({username})</span>{" "}
        {isNew ? (
          <>
            changes its address from <bdi>{model.formerEmail}</bdi> to
          </>
        ) : (
          "has the address"
        )}{" "}
        <strong>
          <bdi>{model.email}</bdi>
        </strong>
        .{isNew ? " A note goes to the old one." : " Confirm that you read its mail."}
      </p>
      <form className="ui-form" method="post" action={model.action}>
        <HiddenFields fields={model.hidden} />
        <Button wide busyLabel="Confirming it …">
          Use this address
        </Button>
      </form>
      <p className="gate-back">If you did not ask for this, close the page. Nothing changes then.</p>
    </Gate>
  );
}

export function EmailConfirmedPage({ model }: { readonly model: EmailConfirmedScreen }) {
  return (
    <Gate title="Your address is confirmed">
      <p>
        Mail for your account goes to{" "}
        <strong>
          <bdi>{model.email}</bdi>
        </strong>{" "}
        from now on. You can sign in with it.
      </p>
      <ButtonLink wide href="/account">
        Go to your account
      </ButtonLink>
    </Gate>
  );
}

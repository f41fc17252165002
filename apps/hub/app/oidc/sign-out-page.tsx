import { Button, ButtonLink } from "@gatehouse/ui";
import type { SignOutScreen } from "../../src/screen/screen.ts";
import { Gate } from "../gate.tsx";
import { HiddenFields } from "../hidden-fields.tsx";

/** A site requests the sign-out; only the user may confirm it. */
export function SignOutPage({ model }: { readonly model: SignOutScreen }) {
  return (
    <Gate
      title="Sign out?"
      to={
        <>
          {model.site === null ? "A site" : <strong>{model.site.name}</strong>} asks to sign you out, here and
          on all your sites.
        </>
      }
    >
      <form className="gate-ways" method="post" action={model.action}>
        <HiddenFields fields={[...model.hidden, { name: "logout", value: "yes" }]} />
        <Button wide busyLabel="Signing out …">
          Sign out
        </Button>
        <ButtonLink wide kind="plain" href="/account">
          Stay signed in
        </ButtonLink>
      </form>
    </Gate>
  );
}

import { Button, ButtonLink } from "@gatehouse/ui";
import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { readScreen } from "../../../src/screen/screen.ts";
import { Gate } from "../../gate.tsx";
import { HiddenFields } from "../../hidden-fields.tsx";

export const dynamic = "force-dynamic";
export const metadata: Metadata = { title: "Sign out?" };

/** A site requests the sign-out; only the user may confirm it. */
export default function SignOutPage() {
  const model = readScreen("sign-out");
  if (model === null) notFound();
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

import { Button } from "@gatehouse/ui";
import type { KeepAccountScreen } from "../../src/screen/screen.ts";
import { Gate } from "../gate.tsx";
import { HiddenFields } from "../hidden-fields.tsx";
import { ExactDate } from "./exact-date.tsx";

/** Asks a user who signs in before the deletion of the account is due. */
export function KeepAccountPage({ model }: { readonly model: KeepAccountScreen }) {
  const { hidden, person, token } = model;
  return (
    <Gate title="Keep your account?" to={<Whose name={person.name} />}>
      <div className="gate-words">
        {person.deletionDueAt === null ? (
          <p>Your account is not going to be deleted.</p>
        ) : (
          <p>
            You asked us to delete your account. It will be deleted on{" "}
            <ExactDate date={person.deletionDueAt} />. Apps and app passwords that you had are gone;
            everything else is still there.
          </p>
        )}
      </div>
      <form className="gate-ways" method="post" action="/account/keep">
        <input type="hidden" name="token" value={token} />
        <HiddenFields fields={hidden} />
        <Button wide name="answer" value="keep" busyLabel="Keeping it …">
          Keep my account
        </Button>
        {person.deletionDueAt !== null && (
          <Button wide kind="plain" name="answer" value="delete" busyLabel="Signing out …">
            Delete it as planned, and sign out
          </Button>
        )}
      </form>
    </Gate>
  );
}

function Whose({ name }: { readonly name: string }) {
  return (
    <>
      Signed in as <bdi>{name}</bdi>
    </>
  );
}

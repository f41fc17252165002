import { Notice } from "@gatehouse/ui";
import type { CheckMailScreen } from "../../src/screen/screen.ts";
import { Gate } from "../gate.tsx";

/** The same page whether or not there is an account: nobody learns here who has one. */
export function CheckMailPage({ model }: { readonly model: CheckMailScreen }) {
  return (
    <Gate title="Check your mail">
      {model.enough && (
        <Notice>
          <p>
            Several mails were sent in the last minutes, so there is no further one now. The link in the
            newest works.
          </p>
        </Notice>
      )}
      <p>
        <Sent {...model} />
      </p>
      {model.mailsAt !== null && (
        <p>
          No mail server is set here. Read it at <a href={model.mailsAt}>{model.mailsAt}</a>.
        </p>
      )}
      <p>
        Nothing there after a few minutes? Look into the folder for unwanted mail, or{" "}
        <a href={model.again}>check what you entered and ask again</a>.
      </p>
      <p className="gate-back">
        <a href={model.signIn}>Back to sign in</a>
      </p>
    </Gate>
  );
}

function Sent(model: CheckMailScreen) {
  if (model.purpose === "sign-up") return <SignUpSent {...model} />;
  return model.purpose === "invitation" ? <InvitationSent {...model} /> : <ResetSent {...model} />;
}

function InvitationSent({ recipient }: CheckMailScreen) {
  return (
    <>
      If{" "}
      <strong>
        <bdi>{recipient}</bdi>
      </strong>{" "}
      was invited, a mail goes there. Open its link to set up your account. The link works for seven days.
    </>
  );
}

function SignUpSent({ recipient }: CheckMailScreen) {
  return (
    <>
      A mail goes to{" "}
      <strong>
        <bdi>{recipient}</bdi>
      </strong>
      . Open its link to create your account. The link works for one day.
    </>
  );
}

function ResetSent({ recipient }: CheckMailScreen) {
  return (
    <>
      If{" "}
      <strong>
        <bdi>{recipient}</bdi>
      </strong>{" "}
      has an account here, a mail goes to its address. Open its link to choose another password. The link
      works for ten minutes.
    </>
  );
}

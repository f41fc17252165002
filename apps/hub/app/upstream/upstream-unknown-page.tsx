import { Button, ButtonLink } from "@gatehouse/ui";
import type { UpstreamSignUp, UpstreamUnknownScreen } from "../../src/screen/screen.ts";
import { Gate } from "../gate.tsx";
import { HiddenFields } from "../hidden-fields.tsx";

export const upstreamUnknownTitle = ({ provider }: UpstreamUnknownScreen): string => `Connect ${provider}`;

/** The account at the provider signs nobody in here yet. */
export function UpstreamUnknownPage({ model }: { readonly model: UpstreamUnknownScreen }) {
  const { provider, label, signUp, connect, back } = model;
  return (
    <Gate isPrivate title={upstreamUnknownTitle(model)} to={<Signed provider={provider} label={label} />}>
      <div className="gate-words">
        <p>
          {signUp.mode === "known-address"
            ? `You have an account here with this address. Sign in to it in your present way once, then confirm at ${provider}, to connect the two; an equal address alone does not connect it.`
            : `It is not connected to an account here. If you have one, sign in to it once, then confirm at ${provider}, to connect the two.`}
        </p>
        <NoSignUp provider={provider} signUp={signUp} />
      </div>
      <div className="gate-ways">
        <ButtonLink wide href={connect}>
          {`Sign in and connect ${provider}`}
        </ButtonLink>
        <SignUp signUp={signUp} />
        <ButtonLink wide kind="plain" href={back}>
          Back to sign in
        </ButtonLink>
      </div>
    </Gate>
  );
}

function SignUp({ signUp }: { readonly signUp: UpstreamSignUp }) {
  if (signUp.mode === "mail")
    return (
      <ButtonLink wide kind="plain" href={signUp.href}>
        Create an account
      </ButtonLink>
    );
  if (signUp.mode !== "form") return null;
  return (
    <form method="post" action={signUp.action}>
      <HiddenFields fields={signUp.hidden} />
      <Button wide kind="plain" busyLabel="Creating it …">
        Create an account
      </Button>
    </form>
  );
}

function NoSignUp({ provider, signUp }: Pick<UpstreamUnknownScreen, "provider" | "signUp">) {
  if (signUp.mode === "invitation")
    return (
      <p>{`Accounts are by invitation. If you were invited, open the link in the mail, and continue with ${provider} there.`}</p>
    );
  if (signUp.mode !== "off") return null;
  return <p>Nobody can create an account here. Ask the people who run Gatehouse for one.</p>;
}

function Signed({ provider, label }: Pick<UpstreamUnknownScreen, "provider" | "label">) {
  if (label === "") return <>You signed in at {provider}.</>;
  return (
    <>
      You signed in at {provider} as{" "}
      <strong>
        <bdi>{label}</bdi>
      </strong>
      .
    </>
  );
}

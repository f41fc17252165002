import { ButtonLink } from "@gatehouse/ui";
import type { UpstreamUnknownScreen } from "../../src/screen/screen.ts";
import { Gate } from "../gate.tsx";

export const upstreamUnknownTitle = ({ provider }: UpstreamUnknownScreen): string => `Connect ${provider}`;

/** The account at the provider signs nobody in here yet. */
export function UpstreamUnknownPage({ model }: { readonly model: UpstreamUnknownScreen }) {
  const { provider, label, isKnownAddress, connect, back } = model;
  return (
    <Gate isPrivate title={upstreamUnknownTitle(model)} to={<Signed provider={provider} label={label} />}>
      <p>
        {isKnownAddress
          ? `You have an account here with this address. Sign in to it once to connect ${provider}; an equal address alone does not connect it.`
          : `It is not connected to an account here. If you have one, sign in to it once to connect ${provider}.`}
      </p>
      <div className="gate-ways">
        <ButtonLink wide href={connect}>
          {`Sign in and connect ${provider}`}
        </ButtonLink>
        <ButtonLink wide kind="plain" href={back}>
          Back to sign in
        </ButtonLink>
      </div>
    </Gate>
  );
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

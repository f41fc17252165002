import { Button, ButtonLink } from "@gatehouse/ui";
import type { UpstreamConnectScreen } from "../../src/screen/screen.ts";
import { Gate } from "../gate.tsx";

export const upstreamConnectTitle = ({ provider }: UpstreamConnectScreen): string => `Connect ${provider}?`;

/** Names both accounts: whoever has the one can then sign in to the other. */
export function UpstreamConnectPage({ model }: { readonly model: UpstreamConnectScreen }) {
  const { provider, label, person, action, token, back } = model;
  return (
    <Gate
      isPrivate
      title={upstreamConnectTitle(model)}
      to={`Your account at ${provider} then signs you in here.`}
    >
      <dl className="gate-facts">
        <div>
          <dt>{provider}</dt>
          <dd>
            <strong>
              <bdi>{label === "" ? "the account that you just used" : label}</bdi>
            </strong>
          </dd>
        </div>
        <div>
          <dt>Account here</dt>
          <dd>
            <strong>
              <bdi>{person.name}</bdi>
            </strong>{" "}
            · <bdi>{person.username}</bdi>
          </dd>
        </div>
      </dl>
      <form className="gate-ways" method="post" action={action}>
        <input type="hidden" name="token" value={token} />
        <Button wide>{`Connect ${provider}`}</Button>
        <ButtonLink wide kind="plain" href={back}>
          Do not connect
        </ButtonLink>
      </form>
    </Gate>
  );
}

import { Button, ButtonLink } from "@gatehouse/ui";
import type { AskBeforeScreen } from "../../src/screen/screen.ts";
import { Gate } from "../gate.tsx";
import { HiddenFields } from "../hidden-fields.tsx";
import { NamedSite } from "../named-site.tsx";

/** Asks before a site learns who the user is: names the account and the site. */
export function AskBeforePage({ model }: { readonly model: AskBeforeScreen }) {
  return (
    <Gate
      isPrivate
      title={`Sign in to ${model.site.name}?`}
      to={
        model.needed
          ? `The page you want is for people that ${model.site.name} knows, and you wanted to be asked first.`
          : "You wanted to be asked before another site learns who you are."
      }
    >
      <WhoAndWhere person={model.person} site={model.site} />
      <form className="gate-ways" method="post" action={model.action}>
        <HiddenFields fields={model.hidden} />
        <Button wide busyLabel="Going there …">
          {`Continue to ${model.site.name}`}
        </Button>
        <ButtonLink wide kind="plain" href={model.declineTo}>
          Not now
        </ButtonLink>
      </form>
    </Gate>
  );
}

/** Both come from the hub's own records, never from the request. */
function WhoAndWhere({ person, site }: Pick<AskBeforeScreen, "person" | "site">) {
  return (
    <dl className="gate-facts">
      <div>
        <dt>Signed in as</dt>
        <dd>
          <strong>
            <bdi>{person.name}</bdi>
          </strong>{" "}
          · <bdi>{person.username}</bdi>
        </dd>
      </div>
      <div>
        <dt>This site will learn it</dt>
        <dd>
          <NamedSite site={site} />
        </dd>
      </div>
    </dl>
  );
}

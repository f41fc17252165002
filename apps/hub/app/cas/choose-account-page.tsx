import { Button } from "@gatehouse/ui";
import type { ChooseAccountScreen } from "../../src/screen/screen.ts";
import { Gate } from "../gate.tsx";
import { HiddenFields } from "../hidden-fields.tsx";

/** Asks whether to continue as the signed-in user or as the user whom the form, site or page names. */
export function ChooseAccountPage({ model }: { readonly model: ChooseAccountScreen }) {
  const { person, decline } = model;
  return (
    <Gate isPrivate title="Which account?" to={<Why {...model} />}>
      <dl className="gate-facts">
        <div>
          <dt>Signed in in this browser</dt>
          <dd>
            <strong>
              <bdi>{person.name}</bdi>
            </strong>{" "}
            · <bdi>{person.username}</bdi>
          </dd>
        </div>
      </dl>
      <form className="gate-ways" method="post" action={model.action}>
        <HiddenFields fields={model.hidden} />
        {decline === null && (
          <Button wide name="answer" value="stay">
            {/* One element: the button is a flex container and would drop the blank between two. */}
            <span>
              Continue as <bdi>{person.name}</bdi>
            </span>
          </Button>
        )}
        <Button wide kind={decline === null ? "plain" : "primary"} name="answer" value="switch">
          <span>
            Sign out and sign in as <Other {...model} />
          </span>
        </Button>
      </form>
      {decline !== null && (
        <form className="gate-ways" method="post" action={decline.action}>
          <HiddenFields fields={decline.hidden} />
          <Button wide kind="plain" name="answer" value="leave">
            {`Back to ${decline.site.name}`}
          </Button>
        </form>
      )}
      <p className="gate-to">
        Signing out ends the sign-in of <bdi>{person.name}</bdi> in this browser, at all its sites.
      </p>
    </Gate>
  );
}

function Other({ other }: Pick<ChooseAccountScreen, "other">) {
  return other === "" ? <>somebody else</> : <bdi>{other}</bdi>;
}

function Why({ because, other, site, person }: ChooseAccountScreen) {
  switch (because) {
    case "typed":
      return other === "" ? (
        <>You sent the sign-in form, and somebody is signed in here already.</>
      ) : (
        <>
          You entered{" "}
          <strong>
            <bdi>{other}</bdi>
          </strong>
          , and <bdi>{person.name}</bdi> is signed in here.
        </>
      );
    case "passkey":
      return (
        <>
          You used a passkey of{" "}
          <strong>
            <bdi>{other}</bdi>
          </strong>
          , and <bdi>{person.name}</bdi> is signed in here.
        </>
      );
    case "provider":
      return (
        <>
          You used an account that signs in{" "}
          <strong>
            <bdi>{other}</bdi>
          </strong>
          , and <bdi>{person.name}</bdi> is signed in here.
        </>
      );
    case "suggested":
      return (
        <>
          {site?.name ?? "The site"} suggests{" "}
          <strong>
            <bdi>{other}</bdi>
          </strong>
          , and <bdi>{person.name}</bdi> is signed in here.
        </>
      );
    case "asked-to-choose":
      return <>{site?.name ?? "The site"} asks with which account you want to continue.</>;
    case "opened-before":
      return <>This page is from before the last sign-in in this browser.</>;
    case "not-you":
      return (
        <>
          You said that you are not{" "}
          <strong>
            <bdi>{person.name}</bdi>
          </strong>
          . {site?.name ?? "The site"} will ask the user who continues.
        </>
      );
    case "other-asked-for":
      return <>{site?.name ?? "The site"} asks for another account than the one that is signed in here.</>;
  }
}

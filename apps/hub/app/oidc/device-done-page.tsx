import { ButtonLink } from "@gatehouse/ui";
import type { DeviceDoneScreen } from "../../src/screen/screen.ts";
import { Gate } from "../gate.tsx";
import { listWords } from "../words.ts";

const titles: Readonly<Record<DeviceDoneScreen["outcome"], string>> = {
  allowed: "Allowed on your device",
  "signed-in": "Your device is signed in",
  "without-access": "Signed in without access",
  declined: "Not allowed",
};

export const deviceDoneTitle = ({ outcome }: DeviceDoneScreen): string => titles[outcome];

/** The decision about a device, with a link to revoke it. */
export function DeviceDonePage({ model }: { readonly model: DeviceDoneScreen }) {
  return (
    <Gate title={titles[model.outcome]} to={<strong>{model.site.name}</strong>}>
      <div className="gate-words">
        <Outcome {...model} />
        <p>You can close this page.</p>
      </div>
      <div className="gate-ways">
        <ButtonLink wide kind="plain" href="/account">
          See what may use your account
        </ButtonLink>
      </div>
    </Gate>
  );
}

function Outcome({ outcome, site, allows, ...life }: DeviceDoneScreen) {
  if (outcome === "declined") return <p>{site.name} got nothing, and learned nothing about you.</p>;
  return (
    <>
      {outcome === "allowed" ? (
        <p>{`${site.name} may ${listWords(allows)}. ${lifeWords(life)}`}</p>
      ) : (
        <p>{`${site.name} knows that you signed in. It may see and do nothing else. ${lifeWords(life)}`}</p>
      )}
      <p>It goes on there in a few seconds.</p>
    </>
  );
}

function lifeWords({ offline, days }: Pick<DeviceDoneScreen, "offline" | "days">): string {
  if (offline) return `This holds for ${days} days, also while you are signed out.`;
  return "This holds until you sign out in this browser.";
}

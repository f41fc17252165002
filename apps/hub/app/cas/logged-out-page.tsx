import { ButtonLink } from "@gatehouse/ui";
import type { LoggedOutScreen } from "../../src/screen/screen.ts";
import { ExactDate } from "../account/exact-date.tsx";
import { Gate } from "../gate.tsx";
import { SiteNames } from "../site-names.tsx";

export function LoggedOutPage({ model }: { readonly model: LoggedOutScreen }) {
  return (
    <Gate title="You are signed out" to={endWords(model)}>
      {model.deletionDueAt !== undefined && (
        <div className="gate-words">
          <p>
            Your account will be deleted on <ExactDate date={model.deletionDueAt} />. To keep it, sign in
            before that and choose <em>Keep my account</em>.
          </p>
        </div>
      )}
      {model.sites.length > 0 && (
        <section aria-labelledby="told">
          <h2 id="told" className="gate-label">
            {model.sites.length === 1 ? "This site is being told" : "These sites are being told"}
          </h2>
          <SiteNames sites={model.sites} />
        </section>
      )}
      <StaysSignedIn sites={model.stays} />
      <WaysOn continueTo={model.continueTo} />
      <FrontChannel addresses={model.frontChannel} />
    </Gate>
  );
}

function endWords({ isEverywhere, wasSignedIn }: LoggedOutScreen): string {
  if (isEverywhere) return "Your sign-in has ended in every browser.";
  return wasSignedIn ? "Your sign-in has ended in this browser." : "Nobody is signed in in this browser.";
}

/** Lists the sites that stay signed in, with links to sign out there. */
function StaysSignedIn({ sites }: { readonly sites: LoggedOutScreen["stays"] }) {
  if (sites.length === 0) return null;
  return (
    <section aria-labelledby="stays">
      <h2 id="stays" className="gate-label">
        {sites.length === 1 ? "This site stays signed in" : "These sites stay signed in"}
      </h2>
      <SiteNames sites={sites} />
      <p className="gate-to">
        {`${sites.length === 1 ? "It offers" : "They offer"} no sign-out to Gatehouse. Go there, and sign out there.`}
      </p>
    </section>
  );
}

/** The link to the site that the user was going to, if any: this page only waits for the other sites to be told. */
function WaysOn({ continueTo }: Pick<LoggedOutScreen, "continueTo">) {
  return (
    <div className="gate-ways">
      {continueTo !== null && (
        <ButtonLink wide href={continueTo.url}>
          {`Continue to ${continueTo.name}`}
        </ButtonLink>
      )}
      <ButtonLink wide kind={continueTo === null ? "primary" : "plain"} href="/cas/login">
        Sign in again
      </ButtonLink>
    </div>
  );
}

/**
 * Tells sites that the hub cannot reach, by pictures that nobody sees or hears of. They load without a script,
 * at once and only once: `fetchPriority` is low because React would preload them besides.
 */
function FrontChannel({ addresses }: { addresses: LoggedOutScreen["frontChannel"] }) {
  return addresses.map((address) => (
    // biome-ignore lint/performance/noImgElement: it is no picture, and this browser itself has to ask for it
    <img
      key={address}
      className="visually-hidden"
      src={address}
      alt=""
      aria-hidden
      fetchPriority="low"
      referrerPolicy="no-referrer"
    />
  ));
}

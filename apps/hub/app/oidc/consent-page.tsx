import { Button, CheckboxField, Notice, RadioField } from "@gatehouse/ui";
import type { ConsentScreen } from "../../src/screen/screen.ts";
import { ExactDate } from "../account/exact-date.tsx";
import { Gate } from "../gate.tsx";
import { HiddenFields } from "../hidden-fields.tsx";
import { NamedSite } from "../named-site.tsx";
import { allowLabel, consentTitle, durationWords } from "./consent-words.ts";

/** The consent page: the site, what it gets and cannot get, and for how long; the user can decline each item. */
export function ConsentPage({ model }: { readonly model: ConsentScreen }) {
  const { site, asks } = model;
  return (
    <Gate
      isPrivate
      title={consentTitle(model)}
      to={
        <>
          Asked by <NamedSite site={site} />
        </>
      }
    >
      <Person {...model} />
      <About {...model} />
      <Device {...model} />
      <form className="ui-form" method="post" action={model.action}>
        <HiddenFields fields={model.hidden} />
        <Gets {...model} />
        <Asks asks={asks} site={site.name} />
        <Before {...model} />
        <Never never={model.never} site={site.name} />
        <HowLong {...model} />
        <Answers {...model} />
      </form>
    </Gate>
  );
}

/** The signed-in user. Another user can sign in first, and then gets the same question. */
function Person({ person, action, hidden }: ConsentScreen) {
  return (
    <div className="gate-person">
      <p>
        Signed in as{" "}
        <strong>
          <bdi>{person.name}</bdi>
        </strong>{" "}
        <span className="whole-name">
          (<bdi>{person.username}</bdi>)
        </span>
      </p>
      <form method="post" action={action}>
        <HiddenFields fields={hidden} />
        <Button kind="quiet" name="answer" value="switch">
          Not you?
        </Button>
      </form>
    </div>
  );
}

/** The party responsible for the site, with links to its policies. */
function About({ about, site, device }: ConsentScreen) {
  const policies = [
    ...(about.policy === null ? [] : [{ name: "Privacy policy", ...about.policy }]),
    ...(about.terms === null ? [] : [{ name: "Terms", ...about.terms }]),
  ];
  return (
    <div className="gate-words">
      {about.firstParty ? (
        <p>{site.name} is run by the same people as Gatehouse.</p>
      ) : (
        <p>
          {site.name} is not run by the people who run Gatehouse: {site.host} answers for what it does with
          what you allow.{policies.length === 0 && " It names no privacy policy."}
        </p>
      )}
      {about.native && device === null && (
        <p>
          It is a program on your device, and another one could use its name. Go on only if you started it
          yourself just now.
        </p>
      )}
      {policies.length > 0 && (
        <ul className="gate-policies">
          {policies.map(({ name, uri, host }) => (
            <li key={name}>
              <a href={uri} target="_blank" rel="noopener noreferrer">
                {name}
              </a>{" "}
              ({host}, in a new tab)
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** Warns of device phishing: an attacker may have sent the code. RFC 8628, section 5.4 */
function Device({ device, site }: ConsentScreen) {
  if (device === null) return null;
  return (
    <Notice>
      <p>
        {site.name} asks on another device, which shows <strong className="gate-code">{device.code}</strong>.
        It may be somebody else’s.
      </p>
      <p>
        Allow it only if you began this yourself and see this code on a device of yours. If somebody sent you
        the code or read it to you, do not allow it.
      </p>
    </Notice>
  );
}

/** Released with every consent, without a choice. */
function Gets({ gets, site }: ConsentScreen) {
  return (
    <section aria-labelledby="gets">
      <h2 id="gets" className="gate-label">
        {site.name} will
      </h2>
      <ul className="gate-list">
        <li>know that you signed in, when and how</li>
        {gets.map((words) => (
          <li key={words}>{words}</li>
        ))}
      </ul>
    </section>
  );
}

function Asks({ asks, site }: { asks: ConsentScreen["asks"]; site: string }) {
  if (asks.length === 0) return null;
  return (
    <fieldset className="gate-asks">
      <legend className="gate-label">{site} asks to</legend>
      {asks.map(({ value, words, sensitive }) => (
        <CheckboxField
          key={value}
          id={`allow-${value}`}
          name={`allow:${value}`}
          label={words}
          checked={!sensitive}
          {...(sensitive
            ? { hint: "Not ticked for you: it moves money, or cannot be undone. Tick it if you want it." }
            : {})}
        />
      ))}
    </fieldset>
  );
}

/** Permissions that an earlier answer still allows. */
function Before({ before, site, durations }: ConsentScreen) {
  if (before === null) return null;
  const { items, offline, until } = before;
  return (
    <section aria-labelledby="before">
      <h2 id="before" className="gate-label">
        You allowed {site.name} before to
      </h2>
      <ul className="gate-list">
        {items.map(({ value, words, requested }) => (
          <li key={value}>
            {words}
            {!requested && " (not asked for this time)"}
          </li>
        ))}
        {offline && <li>keep access while you are signed out</li>}
      </ul>
      <p className="gate-note">
        Until <ExactDate date={until} />
        {durations.length > 0 && "; a new choice of 30 or 90 days holds for this too"}. You can end it on your
        account page.
      </p>
    </section>
  );
}

function Never({ never, site }: { never: readonly string[]; site: string }) {
  if (never.length === 0) return null;
  return (
    <section aria-labelledby="never">
      <h2 id="never" className="gate-label">
        {site} cannot
      </h2>
      <ul className="gate-list gate-never">
        {never.map((words) => (
          <li key={words}>{words}</li>
        ))}
      </ul>
    </section>
  );
}

function HowLong(model: ConsentScreen) {
  const { before, durations, offline, device } = model;
  const place = device === null ? "" : " in this browser";
  if (durations.length === 0 && before !== null) return null;
  if (durations.length === 0)
    return <p className="gate-words">It works until you sign out{place}, and not longer.</p>;
  return (
    <fieldset className="gate-asks">
      <legend className="gate-label">For how long?</legend>
      {durations.map(({ value, days, chosen }) => {
        const { label, hint } = durationWords(days, { offline, place });
        return (
          <RadioField
            key={value}
            id={`duration-${value}`}
            name="duration"
            value={value}
            label={label}
            hint={hint}
            checked={chosen}
          />
        );
      })}
      <p className="gate-note">You can end it sooner on your account page.</p>
    </fieldset>
  );
}

/** With nothing ticked, the style sheet shows another first button; the server reads only the ticked boxes. */
function Answers(model: ConsentScreen) {
  const { about, asks, before, device, site } = model;
  const busyLabel = device === null ? "Going back …" : "Allowing …";
  const hasAccess = before?.items.some(({ requested }) => requested) === true;
  return (
    <div className="gate-ways" data-choice={(!about.firstParty && asks.length > 0) || undefined}>
      <div className="gate-some">
        <Button wide busyLabel={busyLabel} name="answer" value="allow">
          {allowLabel(model)}
        </Button>
      </div>
      {!about.firstParty && asks.length > 0 && (
        <div className="gate-none">
          <p className="gate-note">
            {site.name} {hasAccess ? "gets nothing new." : "will know that you signed in, and nothing more."}
          </p>
          <Button wide busyLabel={busyLabel} name="answer" value="without">
            {hasAccess ? "Sign in without more access" : "Sign in without access"}
          </Button>
        </div>
      )}
      <Button wide kind="plain" name="answer" value="deny">
        Do not allow
      </Button>
    </div>
  );
}

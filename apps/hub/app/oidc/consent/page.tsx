import { Button, CheckboxField, Notice } from "@gatehouse/ui";
import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { type ConsentScreen, readScreen } from "../../../src/screen.ts";
import { Gate } from "../../gate.tsx";
import { HiddenFields } from "../../hidden-fields.tsx";

export const dynamic = "force-dynamic";

export function generateMetadata(): Metadata {
  const model = readScreen("consent");
  return { title: model === null ? "Not found" : `Allow ${model.site.name}?` };
}

/** Who asks, what it may and may not do, and for how long; each thing can be declined. */
export default function ConsentPage() {
  const model = readScreen("consent");
  if (model === null) notFound();
  return (
    <Gate
      isPrivate
      title={`Allow ${model.site.name}?`}
      to={
        <>
          You are here as{" "}
          <strong>
            <bdi>{model.person.name}</bdi>
          </strong>{" "}
          (<bdi>{model.person.username}</bdi>)
        </>
      }
    >
      <Device device={model.device} site={model.site.name} />
      <form className="ui-form" method="post" action={model.action}>
        <HiddenFields fields={model.hidden} />
        <Asks asks={model.asks} site={model.site.name} />
        <Never never={model.never} site={model.site.name} />
        <p className="gate-words">{howLong(model)}</p>
        <div className="gate-ways">
          <Button
            wide
            busyLabel={model.device === null ? "Going back …" : "Allowing …"}
            name="answer"
            value="allow"
          >
            Allow
          </Button>
          <Button wide kind="plain" name="answer" value="deny">
            Do not allow
          </Button>
        </div>
      </form>
    </Gate>
  );
}

/** Whoever talked her into typing a code holds the device: only she can know whose it is. RFC 8628, section 5.4 */
function Device({ device, site }: { device: ConsentScreen["device"]; site: string }) {
  if (device === null) return null;
  return (
    <Notice>
      <p>
        {site} asks on another device, which shows <strong className="gate-code">{device.code}</strong>. It
        may be somebody else’s.
      </p>
      <p>
        Allow it only if you began this yourself and see this code on a device of yours. If somebody sent you
        the code or read it to you, do not allow it.
      </p>
    </Notice>
  );
}

function Asks({ asks, site }: { asks: ConsentScreen["asks"]; site: string }) {
  if (asks.length === 0)
    return <p className="gate-words">{site} will know that you signed in, and nothing more.</p>;
  return (
    <fieldset className="gate-asks">
      <legend className="gate-label">{site} asks to</legend>
      {asks.map(({ value, words }) => (
        <CheckboxField key={value} id={`allow-${value}`} name={`allow:${value}`} label={words} checked />
      ))}
    </fieldset>
  );
}

function Never({ never, site }: { never: readonly string[]; site: string }) {
  if (never.length === 0) return null;
  return (
    <section aria-labelledby="never">
      <h2 id="never" className="gate-label">
        {site} cannot
      </h2>
      <ul className="gate-never">
        {never.map((words) => (
          <li key={words}>{words}</li>
        ))}
      </ul>
    </section>
  );
}

function howLong({ offline, days, remembered, device }: ConsentScreen): string {
  const sooner = "You can take it back sooner on your account page.";
  if (offline) return `This holds for ${days} days, also when you are signed out. ${sooner}`;
  const now =
    device === null
      ? "This works only while you are signed in."
      : "This works only until you sign out in this browser.";
  return remembered ? `${now} Your yes is remembered for ${days} days. ${sooner}` : now;
}

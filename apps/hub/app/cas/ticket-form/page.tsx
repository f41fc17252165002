import { Button } from "@gatehouse/ui";
import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { readScreen } from "../../../src/screen.ts";
import { Gate } from "../../gate.tsx";
import { HiddenFields } from "../../hidden-fields.tsx";

export const dynamic = "force-dynamic";

export function generateMetadata(): Metadata {
  const model = readScreen("ticket-form");
  return { title: model === null ? "Not found" : `Going to ${model.site.name}` };
}

/**
 * Brings a ticket or a code to a site that wants it by POST. The script sends the form at once; without it, and when she
 * comes back by the browser's button, she presses the button.
 *
 * @see CAS protocol 3.0.3, section 2.1.1 (method)
 * @see OAuth 2.0 Form Post Response Mode, section 2
 */
export default function TicketFormPage() {
  const model = readScreen("ticket-form");
  if (model === null) notFound();
  return (
    <Gate title={`Going to ${model.site.name}`} to="If nothing happens by itself, go on with the button.">
      <form method="post" action={model.action} data-submits-itself>
        <HiddenFields fields={model.fields} />
        <Button wide busyLabel="Going there …">
          {`Continue to ${model.site.name}`}
        </Button>
      </form>
    </Gate>
  );
}

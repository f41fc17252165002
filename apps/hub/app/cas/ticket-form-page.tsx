import { Button } from "@gatehouse/ui";
import type { TicketFormScreen } from "../../src/screen/screen.ts";
import { Gate } from "../gate.tsx";
import { HiddenFields } from "../hidden-fields.tsx";

/**
 * Sends a ticket or a code to a site by POST. The script submits the form at once; without scripts, and after *Back*, the
 * user presses the button.
 *
 * @see CAS protocol 3.0.3, section 2.1.1 (method)
 * @see OAuth 2.0 Form Post Response Mode, section 2
 */
export function TicketFormPage({ model }: { readonly model: TicketFormScreen }) {
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

import { ButtonLink } from "@gatehouse/ui";
import type { LeavingScreen } from "../src/screen/screen.ts";
import { Gate } from "./gate.tsx";

export const leavingTitle = ({ site }: LeavingScreen): string => titleOf(site?.name);

/**
 * Leaves the hub by GET, at once: by the script, or without JavaScript by the refresh. Never by both, because the address
 * can hold a ticket or code that is valid for one request. The link is for browsers in which neither worked, and for
 * custom schemes, where the page stays in its tab.
 *
 * @see docs/decisions/0023-leaving-the-hub.md
 */
export function LeavingPage({ model }: { readonly model: LeavingScreen }) {
  const { address, site, opensProgram } = model;
  return (
    <Gate
      title={titleOf(site?.name)}
      to={
        opensProgram && site !== null
          ? `If nothing happens, use the button. Once ${site.name} has opened, you can close this page.`
          : "If nothing happens, use the button."
      }
    >
      <noscript>
        <meta httpEquiv="refresh" content={`0;url=${address}`} />
      </noscript>
      <ButtonLink wide href={address} atOnce>
        {site === null ? "Continue" : `Continue to ${site.name}`}
      </ButtonLink>
    </Gate>
  );
}

function titleOf(name: string | undefined): string {
  return name === undefined ? "One moment" : `Going to ${name}`;
}

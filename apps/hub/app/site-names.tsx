import { Icon } from "@gatehouse/ui";
import type { SiteName } from "../src/screen/screen.ts";

export interface SiteNamesProps {
  readonly sites: readonly (SiteName & { readonly url?: string })[];
}

/** Sites as people know them: name and host; a link where there is an address. */
export function SiteNames({ sites }: SiteNamesProps) {
  return (
    <ul className="sites">
      {sites.map((site) => (
        <li key={site.host}>
          {site.url === undefined ? <SiteText {...site} /> : <SiteLink {...site} url={site.url} />}
        </li>
      ))}
    </ul>
  );
}

function SiteLink({ url, ...site }: SiteName & { url: string }) {
  return (
    <a href={url}>
      <SiteText {...site} />
      <Icon>
        <path d="M4.5 10h11M11 5.5l4.5 4.5-4.5 4.5" />
      </Icon>
    </a>
  );
}

function SiteText({ name, host }: SiteName) {
  return (
    <span className="site">
      <strong>{name}</strong> <span>{host}</span>
    </span>
  );
}

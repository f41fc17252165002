import type { ReactNode } from "react";

export interface SiteHeaderProps {
  /** The site's mark, drawn decorative: the name stands beside it. */
  readonly mark: ReactNode;
  readonly name: string;
  /** Where the name leads; `/` when left out. */
  readonly href?: string;
  /** What stands at the end of the bar: sign in, sign out. */
  readonly children?: ReactNode;
}

/** A site's bar: whose page this is, and at its end what one can do about being signed in. */
export function SiteHeader({ mark, name, href = "/", children }: SiteHeaderProps) {
  return (
    <header className="ui-header">
      <div className="ui-bar">
        <a className="ui-brand" href={href}>
          {mark}
          <span>{name}</span>
        </a>
        {children}
      </div>
    </header>
  );
}

import type { ReactNode } from "react";

export interface SiteHeaderProps {
  /** The site's mark; decorative, because the name is beside it. */
  readonly mark: ReactNode;
  readonly name: string;
  /** Target of the name; `/` by default. */
  readonly href?: string;
  /** Actions at the end of the bar: sign in, sign out. */
  readonly children?: ReactNode;
}

/** A site's top bar with its name, the signed-in user and actions. */
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

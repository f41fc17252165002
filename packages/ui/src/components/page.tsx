import type { ReactNode } from "react";

export interface PageProps {
  /** `form`: one column of 26 rem, for a question. `page` (default): 48 rem. */
  readonly width?: "form" | "page";
  /** The page belongs to one user: a browser that kept it in memory reloads it when the user returns to it. */
  readonly isPrivate?: boolean;
  /** Usually a `SiteHeader`. */
  readonly header?: ReactNode;
  /** Usually a `Footer`. */
  readonly footer?: ReactNode;
  readonly children: ReactNode;
}

/** The frame of a page: skip link, header, main part, footer. */
export function Page({ width = "page", isPrivate = false, header, footer, children }: PageProps) {
  return (
    <div className="ui-page" data-width={width} data-private={isPrivate || undefined}>
      <a className="skip-link" href="#main">
        Skip to content
      </a>
      {header}
      <main id="main" tabIndex={-1}>
        {children}
      </main>
      {footer}
    </div>
  );
}

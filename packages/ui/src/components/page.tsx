import type { ReactNode } from "react";

export interface PageProps {
  /** `form`: one column of 26 rem, for a question. `page` (default): 48 rem. */
  readonly width?: "form" | "page";
  /** Shows what is one user's: a browser that kept the page in memory asks for it anew when it is come back to. */
  readonly isPrivate?: boolean;
  /** Usually a `SiteHeader`. */
  readonly header?: ReactNode;
  /** Usually a `Footer`. */
  readonly footer?: ReactNode;
  readonly children: ReactNode;
}

/** The frame of a page: a way past the header, then header, main part, footer. */
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

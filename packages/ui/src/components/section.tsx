import type { ReactNode } from "react";

export interface SectionProps {
  /** `id` of the heading; the section is named by it. */
  readonly id: string;
  readonly title: string;
  /** One sentence under the heading. */
  readonly intro?: ReactNode;
  readonly children: ReactNode;
}

/** A part of a page with a heading of its own. */
export function Section({ id, title, intro, children }: SectionProps) {
  return (
    <section className="ui-section" aria-labelledby={id}>
      <div className="ui-section-head">
        <h2 id={id}>{title}</h2>
        {intro !== undefined && <p>{intro}</p>}
      </div>
      {children}
    </section>
  );
}

export interface EmptyStateProps {
  /** Says what will appear here and how. */
  readonly children: ReactNode;
}

/** Replaces an empty list. */
export function EmptyState({ children }: EmptyStateProps) {
  return <p className="ui-empty">{children}</p>;
}

export interface FooterProps {
  readonly children: ReactNode;
}

/** The last line of a page. */
export function Footer({ children }: FooterProps) {
  return <footer className="ui-footer">{children}</footer>;
}

import type { ReactNode } from "react";

export interface RowListProps {
  /** `Row`s. */
  readonly children: ReactNode;
}

/** A list whose rows are sentences. */
export function RowList({ children }: RowListProps) {
  return <ul className="ui-rows">{children}</ul>;
}

export interface RowProps {
  readonly title: ReactNode;
  /** Paragraphs: where, since when, last used. */
  readonly children?: ReactNode;
  /** At the row's end; a dangerous one in a `Confirm`. */
  readonly action?: ReactNode;
}

export function Row({ title, children, action }: RowProps) {
  return (
    <li className="ui-row">
      <div className="ui-row-text">
        <h3 className="ui-row-title">{title}</h3>
        {children}
      </div>
      {action !== undefined && <div className="ui-row-action">{action}</div>}
    </li>
  );
}

export interface TagProps {
  readonly children: ReactNode;
}

/** A word that marks a row: "This browser". */
export function Tag({ children }: TagProps) {
  return <span className="ui-tag">{children}</span>;
}

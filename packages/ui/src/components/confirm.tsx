import type { ReactNode } from "react";

export interface ConfirmProps {
  /** What the first press says: "Sign out". */
  readonly label: string;
  /** What it is about, for those who do not see the row: "Firefox on Windows". */
  readonly about?: string;
  /** What will happen. */
  readonly question: ReactNode;
  /** The form whose button does it. */
  readonly children: ReactNode;
}

/** A dangerous action, confirmed in place and without a script: the first press asks, the same spot cancels. */
export function Confirm({ label, about, question, children }: ConfirmProps) {
  return (
    <details className="ui-confirm">
      <summary className="ui-button" data-kind="plain">
        <span className="ui-confirm-ask">
          {label}
          {about !== undefined && <span className="visually-hidden">: {about}</span>}
        </span>
        <span className="ui-confirm-cancel">Cancel</span>
      </summary>
      <div>
        <p>{question}</p>
        {children}
      </div>
    </details>
  );
}

import type { ReactNode } from "react";

export interface ConfirmProps {
  /** Label of the first button: "Sign out". */
  readonly label: string;
  /** Subject for screen readers: "Firefox on Windows". */
  readonly about?: string;
  /** The consequence. */
  readonly question: ReactNode;
  /** The form with the button that confirms. */
  readonly children: ReactNode;
}

/** A dangerous action, confirmed in place without a script: the first press asks, a second one cancels. */
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

import type { ReactNode } from "react";
import { Icon } from "./icon.tsx";

export interface NoticeProps {
  /** `info`: an explanation. `done`: confirmation of an action, announced by screen readers. */
  readonly kind?: "info" | "done";
  /** Paragraphs. */
  readonly children: ReactNode;
}

/** Information for the user. Errors belong into an `ErrorSummary`. */
export function Notice({ kind = "info", children }: NoticeProps) {
  return (
    <div className="ui-notice" data-kind={kind} role={kind === "done" ? "status" : undefined}>
      <Icon>
        <circle cx="10" cy="10" r="7.5" />
        <path d={kind === "done" ? "m6.800 10.300 2.200 2.200 4.300-4.800" : "M10 9.300v4M10 6.400v.1"} />
      </Icon>
      <div>{children}</div>
    </div>
  );
}

import type { ReactNode } from "react";
import { Icon } from "./icon.tsx";

export interface NoticeProps {
  /** `info`: why something is as it is. `done`: what was just done, read out by screen readers. */
  readonly kind?: "info" | "done";
  /** Paragraphs. */
  readonly children: ReactNode;
}

/** Something to know, said calmly. What went wrong belongs into an `ErrorSummary`. */
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

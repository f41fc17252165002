import type { ReactNode } from "react";

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
      <svg
        viewBox="0 0 20 20"
        width={20}
        height={20}
        fill="none"
        stroke="currentColor"
        strokeWidth={1.75}
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
        focusable="false"
      >
        <circle cx="10" cy="10" r="7.5" />
        <path d={kind === "done" ? "m6.800 10.300 2.200 2.200 4.300-4.800" : "M10 9.300v4M10 6.400v.1"} />
      </svg>
      <div>{children}</div>
    </div>
  );
}

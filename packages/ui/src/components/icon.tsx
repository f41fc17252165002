import type { ReactNode } from "react";

export interface IconProps {
  /** Lines in a square of 20 by 20. */
  readonly children: ReactNode;
}

/** A decorative line drawing; text beside it has the same meaning. */
export function Icon({ children }: IconProps) {
  return (
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
      {children}
    </svg>
  );
}

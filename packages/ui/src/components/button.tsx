import type { ReactNode } from "react";

/** `primary` does what the page is for, `plain` and `quiet` stand beside it, `danger` ends something. */
type ButtonKind = "primary" | "plain" | "quiet" | "danger";

interface Look {
  readonly kind?: ButtonKind;
  /** As wide as its column. */
  readonly wide?: boolean;
  readonly children: ReactNode;
}

export interface ButtonProps extends Look {
  /** What the button says while its form is on the way, where the enhancing script runs. */
  readonly busyLabel?: string;
  /** What the form is sent with when this button sends it, where there is more than one. */
  readonly name?: string;
  readonly value?: string;
}

/** Sends the form it stands in. Says what it does: "Sign in", not "Submit". */
export function Button({ kind = "primary", wide = false, busyLabel, name, value, children }: ButtonProps) {
  return (
    <button
      type="submit"
      name={name}
      value={value}
      className="ui-button"
      data-kind={kind}
      data-wide={wide || undefined}
      data-busy-label={busyLabel}
    >
      {children}
    </button>
  );
}

export interface ButtonLinkProps extends Look {
  readonly href: string;
  /** Followed automatically where the enhancing script runs. */
  readonly atOnce?: boolean;
}

/** A link that looks like a button, because going there is the next step. */
export function ButtonLink({
  kind = "primary",
  wide = false,
  href,
  atOnce = false,
  children,
}: ButtonLinkProps) {
  return (
    <a
      className="ui-button"
      data-kind={kind}
      data-wide={wide || undefined}
      data-at-once={atOnce || undefined}
      href={href}
    >
      {children}
    </a>
  );
}

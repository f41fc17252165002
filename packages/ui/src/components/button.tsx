import type { ReactNode } from "react";

/** `primary`: the page's main action; `plain` and `quiet`: other actions; `danger`: an action that ends something. */
type ButtonKind = "primary" | "plain" | "quiet" | "danger";

interface Look {
  readonly kind?: ButtonKind;
  /** As wide as its column. */
  readonly wide?: boolean;
  readonly children: ReactNode;
}

export interface ButtonProps extends Look {
  /** Label while the form is being sent, if the enhancing script runs. */
  readonly busyLabel?: string;
  /** Field that this button adds to the form, if the form has several buttons. */
  readonly name?: string;
  readonly value?: string;
  /** Sends the form to this address instead of its own. */
  readonly action?: string;
}

/** Submits its form. The label names the action: "Sign in", not "Submit". */
export function Button({
  kind = "primary",
  wide = false,
  busyLabel,
  name,
  value,
  action,
  children,
}: ButtonProps) {
  return (
    <button
      type="submit"
      name={name}
      value={value}
      formAction={action}
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

/** A link that looks like a button, for the next step. */
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

import type { ReactNode } from "react";
import { Button } from "./button.tsx";

export interface SiteHeaderProps {
  /** The site's mark; decorative, because the name is beside it. */
  readonly mark: ReactNode;
  readonly name: string;
  /** Target of the name; `/` by default. */
  readonly href?: string;
  /** Actions at the end of the bar: sign in, sign out. */
  readonly children?: ReactNode;
}

/** A site's top bar with its name, the signed-in user and actions. */
export function SiteHeader({ mark, name, href = "/", children }: SiteHeaderProps) {
  return (
    <header className="ui-header">
      <div className="ui-bar">
        <a className="ui-brand" href={href}>
          {mark}
          <span>{name}</span>
        </a>
        {children}
      </div>
    </header>
  );
}

export interface SignedInNameProps {
  readonly name: string;
  /** Address of the user's account page at the hub. */
  readonly accountUrl: string;
}

/**
 * The signed-in user's name in a site's bar, linked to the account page. A long name is truncated and shown in full on
 * hover; its text direction is isolated.
 */
export function SignedInName({ name, accountUrl }: SignedInNameProps) {
  return (
    <div className="ui-person">
      <p title={name}>
        <span className="ui-person-hint">Signed in as </span>
        <bdi>{name}</bdi>
      </p>
      <a href={accountUrl}>Your account</a>
    </div>
  );
}

/** Signs this browser out of all sites, and says so at every width. Other browsers of the user stay signed in. */
export function SignOutButton() {
  return (
    <Button kind="quiet">
      <span className="ui-sign-out" title="In this browser. Your other browsers stay signed in.">
        Sign out <span>of all sites</span>
      </span>
    </Button>
  );
}

import { Mark, Page } from "@gatehouse/ui";
import type { ReactNode } from "react";

interface GateProps {
  readonly title: ReactNode;
  /** A sentence below the title: the destination, or the subject. */
  readonly to?: ReactNode;
  readonly footer?: ReactNode;
  /** Names who is signed in (`Page`). */
  readonly isPrivate?: boolean;
  readonly children: ReactNode;
}

/** The frame of a page between the user and the site they go to. */
export function Gate({ title, to, footer, isPrivate = false, children }: GateProps) {
  return (
    <Page width="form" isPrivate={isPrivate} footer={footer}>
      <div className="gate">
        <header className="gate-head">
          <Brand />
          <h1 className="ui-title">{title}</h1>
          {to !== undefined && <p className="gate-to">{to}</p>}
        </header>
        {children}
      </div>
    </Page>
  );
}

/** Names the hub at the top of the page: users must see it before they type a password. */
function Brand() {
  return (
    <p className="gate-brand">
      <Mark size={36} />
      Gatehouse
    </p>
  );
}

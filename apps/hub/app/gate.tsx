import { Mark, Page } from "@gatehouse/ui";
import type { ReactNode } from "react";

interface GateProps {
  readonly title: string;
  /** A sentence below the title: where she goes, or what it is about. */
  readonly to?: ReactNode;
  readonly footer?: ReactNode;
  /** Names who is signed in (`Page`). */
  readonly isPrivate?: boolean;
  readonly children: ReactNode;
}

/** A page at the gate: between her and where she goes. */
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

/** Whose page this is, in the crown of the arch: a person about to type her password has to see it. */
function Brand() {
  return (
    <p className="gate-brand">
      <Mark size={36} />
      Gatehouse
    </p>
  );
}

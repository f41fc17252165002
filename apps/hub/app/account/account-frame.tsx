import { ButtonLink, Mark, Page, SiteHeader } from "@gatehouse/ui";
import type { ReactNode } from "react";
import type { AccountPage } from "../../src/screen/screen.ts";
import { PlacedNotice } from "./placed-notice.tsx";

/** The sections of the account, in the order of the menu. */
const sections = [
  { id: "profile", label: "Profile", href: "/account" },
  { id: "security", label: "Security", href: "/account/security" },
  { id: "sessions", label: "Where you are signed in", href: "/account/sessions" },
  { id: "apps", label: "Apps", href: "/account/apps" },
  { id: "activity", label: "Activity", href: "/account/activity" },
] as const;

export interface AccountFrameProps {
  readonly current: (typeof sections)[number]["id"];
  readonly title: ReactNode;
  /** Beside the title. */
  readonly picture?: ReactNode;
  /** One sentence under the title. */
  readonly intro?: string;
  readonly model: AccountPage;
  /** Places of the page for notices; a notice for none of them stands at the top. */
  readonly places?: readonly string[];
  readonly children: ReactNode;
}

/** A page of the account: menu of the sections, title, and the notice of the last action. */
export function AccountFrame({
  current,
  title,
  picture,
  intro,
  model,
  places = [],
  children,
}: AccountFrameProps) {
  const { notice, person } = model;
  return (
    <Page isPrivate header={<AccountHeader />}>
      <AccountMenu current={current} />
      <section className="account" aria-labelledby="title">
        {picture === undefined && (
          <p className="account-of">
            Signed in as <bdi>{person.name}</bdi>
          </p>
        )}
        <div className="account-title">
          {picture}
          <h1 className="ui-title" id="title">
            {title}
          </h1>
        </div>
        {intro !== undefined && <p className="ui-lead">{intro}</p>}
        {notice !== null && !places.includes(notice.at) && (
          <PlacedNotice notice={notice} at={notice.at} token={model.token} />
        )}
        {children}
      </section>
    </Page>
  );
}

/** On every page of the account. */
export function AccountHeader() {
  return (
    <SiteHeader mark={<Mark />} name="Gatehouse" href="/account">
      <ButtonLink kind="quiet" href="/cas/logout">
        Sign out
      </ButtonLink>
    </SiteHeader>
  );
}

function AccountMenu({ current }: Pick<AccountFrameProps, "current">) {
  return (
    <nav className="account-menu" aria-label="Your account">
      <ul>
        {sections.map(({ id, label, href }) => (
          <li key={id}>
            <a href={href} aria-current={id === current ? "page" : undefined}>
              {label}
            </a>
            {current === "profile" && <OldAnchors of={id} />}
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** Parts that `/account` had before it was divided: links to them lead to the section's entry in the menu. */
const oldAnchors: Partial<Record<AccountFrameProps["current"], readonly string[]>> = {
  sessions: ["sessions"],
  apps: ["connected-apps", "app-passwords"],
};

function OldAnchors({ of }: { readonly of: AccountFrameProps["current"] }) {
  return (oldAnchors[of] ?? []).map((anchor) => <span key={anchor} id={anchor} />);
}

import { EmptyState, Notice, Page, Section } from "@gatehouse/ui";
import type { AccountScreen } from "../../src/screen/screen.ts";
import { SiteNames } from "../site-names.tsx";
import { AccountHeader } from "./account-header.tsx";
import { AppPasswordRows } from "./app-password-rows.tsx";
import { ConnectedAppRows } from "./connected-app-rows.tsx";
import { EndMany } from "./end-many.tsx";
import { SessionRows } from "./session-rows.tsx";

export function AccountPage({ model }: { readonly model: AccountScreen }) {
  return (
    <Page isPrivate header={<AccountHeader />}>
      {model.notice !== null && (
        <div className="account-notice">
          <Notice kind="done">
            <p>{model.notice}</p>
          </Notice>
        </div>
      )}
      <Person {...model.person} />
      <Section id="sites" title="Sites you can go to" intro="You do not have to sign in again there.">
        {model.sites.length === 0 ? (
          <EmptyState>No site is here yet. Each site appears as soon as it is registered.</EmptyState>
        ) : (
          <SiteNames sites={model.sites} />
        )}
      </Section>
      <Section
        id="sessions"
        title="Where you are signed in"
        intro="If you do not recognise one, sign it out."
      >
        <SessionRows sessions={model.sessions} token={model.token} now={new Date()} />
        <EndMany others={model.sessions.filter(({ here }) => !here).length} token={model.token} />
      </Section>
      <Section
        id="connected-apps"
        title="Connected apps"
        intro="Apps by others that you let in, and programs that keep access while you are signed out."
      >
        <ConnectedAppRows apps={model.connectedApps} token={model.token} now={new Date()} />
      </Section>
      <Section
        id="app-passwords"
        title="App passwords"
        intro="For programs that ask for a password. Never give them your own."
      >
        <AppPasswordRows appPasswords={model.appPasswords} token={model.token} now={new Date()} />
      </Section>
    </Page>
  );
}

function Person({ name, username, email }: AccountScreen["person"]) {
  return (
    <>
      <h1 className="ui-title">
        <bdi>{name}</bdi>
      </h1>
      <dl className="person">
        <div>
          <dt>Username</dt>
          <dd>
            <bdi>{username}</bdi>
          </dd>
        </div>
        <div>
          <dt>Email</dt>
          <dd>
            <bdi>{email}</bdi>
          </dd>
        </div>
      </dl>
    </>
  );
}

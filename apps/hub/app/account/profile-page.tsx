import { EmptyState, Section } from "@gatehouse/ui";
import type { ProfileScreen } from "../../src/screen/screen.ts";
import { SiteNames } from "../site-names.tsx";
import { AccountFrame } from "./account-frame.tsx";

export function ProfilePage({ model }: { readonly model: ProfileScreen }) {
  const { name, username, email } = model.person;
  return (
    <AccountFrame current="profile" title={<bdi>{name}</bdi>} model={model}>
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
      <Section id="sites" title="Sites you can go to" intro="You do not have to sign in again there.">
        {model.sites.length === 0 ? (
          <EmptyState>No site is here yet. Each site appears as soon as it is registered.</EmptyState>
        ) : (
          <SiteNames sites={model.sites} />
        )}
      </Section>
    </AccountFrame>
  );
}

import { ButtonLink, EmptyState, Row, RowList, Section, Tag } from "@gatehouse/ui";
import type { ProfileScreen } from "../../src/screen/screen.ts";
import { SiteNames } from "../site-names.tsx";
import { AccountFrame } from "./account-frame.tsx";
import { Avatar } from "./avatar.tsx";

export function ProfilePage({ model }: { readonly model: ProfileScreen }) {
  const { person } = model;
  return (
    <AccountFrame
      current="profile"
      title={<bdi>{person.name}</bdi>}
      picture={<Avatar person={person} />}
      model={model}
    >
      <Section id="profile" title="Profile" intro="Sites that you sign in to may show it.">
        <RowList>
          <Row title="Name" action={<Change href="/account/name" what="name" />}>
            <p>
              <bdi>{person.name}</bdi>
            </p>
          </Row>
          <Row title="Username">
            <p>
              <bdi>{person.username}</bdi>
            </p>
          </Row>
          <Row
            title={<>Email {person.emailVerified && <Tag>Confirmed</Tag>}</>}
            action={<Change href="/account/email" what="email" />}
          >
            <p>
              <bdi>{person.email}</bdi>
            </p>
          </Row>
          <Row title="Picture" action={<Change href="/account/picture" what="picture" />}>
            <p>{person.picture === null ? "None: sites show your initials." : "Shown beside your name."}</p>
          </Row>
        </RowList>
      </Section>
      <Section id="sites" title="Sites you can go to" intro="You do not have to sign in again there.">
        {model.sites.length === 0 ? (
          <EmptyState>No site is here yet. Each site appears as soon as it is registered.</EmptyState>
        ) : (
          <SiteNames sites={model.sites} />
        )}
      </Section>
      <Section id="data" title="Your data">
        <RowList>
          <Row
            title="Export or delete"
            action={
              <ButtonLink kind="plain" href="/account/data">
                Go to your data
              </ButtonLink>
            }
          >
            <p>Download what Gatehouse stores about you, or delete your account.</p>
          </Row>
        </RowList>
      </Section>
    </AccountFrame>
  );
}

function Change({ href, what }: { readonly href: string; readonly what: string }) {
  return (
    <ButtonLink kind="plain" href={href}>
      <span>
        Change<span className="visually-hidden"> your {what}</span>
      </span>
    </ButtonLink>
  );
}

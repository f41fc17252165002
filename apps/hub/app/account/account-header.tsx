import { ButtonLink, Mark, SiteHeader } from "@gatehouse/ui";

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

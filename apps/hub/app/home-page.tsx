import { ButtonLink, EmptyState, Footer, Mark, Page, Section, SiteHeader } from "@gatehouse/ui";
import type { HomeScreen } from "../src/screen/screen.ts";
import { SiteNames } from "./site-names.tsx";

export function HomePage({ model }: { readonly model: HomeScreen }) {
  return (
    <Page
      header={<SiteHeader mark={<Mark />} name="Gatehouse" />}
      footer={
        <Footer>
          <p>Only Gatehouse asks for your password. A site never does.</p>
        </Footer>
      }
    >
      <div className="welcome">
        <h1 className="ui-title">Sign in once, and every site behind this gate knows you.</h1>
        <p className="ui-lead">And when you sign out here, you are signed out of all of them.</p>
        <p className="welcome-ways">
          <ButtonLink href="/cas/login">Sign in</ButtonLink>
          {model.signUp !== null && (
            <ButtonLink kind="plain" href={model.signUp}>
              Create an account
            </ButtonLink>
          )}
        </p>
      </div>
      <Section id="sites" title="Sites you can go to">
        {model.sites.length === 0 ? (
          <EmptyState>No site is here yet. Each site appears as soon as it is registered.</EmptyState>
        ) : (
          <SiteNames sites={model.sites} />
        )}
      </Section>
    </Page>
  );
}

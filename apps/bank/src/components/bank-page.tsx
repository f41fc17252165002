import { PageGuard } from "@gatehouse/auth/page-guard";
import { ButtonLink, Footer, Page, SignedInName, SignOutButton, SiteHeader } from "@gatehouse/ui";
import type { ReactNode } from "react";
import { accountUrl, auth, signInUrl, signOutUrl } from "../auth.ts";
import { BankMark } from "./bank-mark.tsx";

/** The frame of every page, with the user's name and the sign-out. */
export async function BankPage({ path, children }: { path: string; children: ReactNode }) {
  const session = await auth();
  return (
    <Page header={<BankHeader name={session?.user.name ?? null} path={path} />} footer={<BankFooter />}>
      <PageGuard userId={session?.user.id ?? null} />
      {children}
    </Page>
  );
}

function BankHeader({ name, path }: { name: string | null; path: string }) {
  if (name === null) {
    return (
      <SiteHeader mark={<BankMark />} name="Harbour Bank">
        <ButtonLink kind="quiet" href={signInUrl(path === "/" ? "/accounts" : path)}>
          Sign in
        </ButtonLink>
      </SiteHeader>
    );
  }
  return (
    <SiteHeader mark={<BankMark />} name="Harbour Bank">
      <SignedInName name={name} accountUrl={accountUrl()} />
      <nav aria-label="Your accounts and sign-out">
        <ButtonLink kind="quiet" href="/accounts">
          Accounts
        </ButtonLink>
        <form action={signOutUrl} method="post">
          <SignOutButton />
        </form>
      </nav>
    </SiteHeader>
  );
}

function BankFooter() {
  return (
    <Footer>
      <p>Harbour Bank · Old Customs House, Quay 1</p>
      <p>We never ask for your password by mail or telephone.</p>
    </Footer>
  );
}

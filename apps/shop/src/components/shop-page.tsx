import { PageGuard } from "@gatehouse/auth/page-guard";
import { ButtonLink, Footer, Page, SignedInName, SignOutButton, SiteHeader } from "@gatehouse/ui";
import type { ReactNode } from "react";
import { accountUrl, signInUrl, signOutUrl } from "../auth.ts";
import { currentVisitor, type Visitor } from "../visitor.ts";
import { ShopMark } from "./shop-mark.tsx";

/** The frame of every page, with the user's name and the basket. */
export async function ShopPage({ path, children }: { path: string; children: ReactNode }) {
  const visitor = await currentVisitor();
  return (
    <Page header={<ShopHeader visitor={visitor} path={path} />} footer={<ShopFooter />}>
      <PageGuard userId={visitor.person?.id ?? null} />
      {children}
    </Page>
  );
}

function ShopHeader({ visitor: { person, basket }, path }: { visitor: Visitor; path: string }) {
  return (
    <>
      <SiteHeader mark={<ShopMark />} name="Corner Shop">
        {person !== null && <SignedInName name={person.name} accountUrl={accountUrl()} />}
        <nav aria-label="Your basket and sign-in">
          {person === null ? (
            <ButtonLink kind="quiet" href={signInUrl(path)}>
              Sign in
            </ButtonLink>
          ) : (
            <form action={signOutUrl} method="post">
              <SignOutButton />
            </form>
          )}
          <BasketLink count={basket.count} current={path === "/cart"} />
        </nav>
      </SiteHeader>
      <Awning />
    </>
  );
}

function ShopFooter() {
  return (
    <Footer>
      <p>
        <strong>Corner Shop</strong> · 12 Baker Street
      </p>
      <p>Monday to Saturday, 07:00 to 19:00</p>
    </Footer>
  );
}

function BasketLink({ count, current }: { count: number; current: boolean }) {
  const things = count === 1 ? "1 thing" : `${count} things`;
  return (
    <a className="basket-link" href="/cart" aria-current={current ? "page" : undefined}>
      <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false">
        <path
          d="M3 10h18l-2 9a2 2 0 0 1-2 1.500H7A2 2 0 0 1 5 19ZM7.500 10 11 3.500M16.500 10 13 3.500M9.500 13.500v3.500M14.500 13.500v3.500"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.800"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      </svg>
      <span className="basket-word">Basket</span>
      {count > 0 && <span className="count">{count}</span>}
      <span className="visually-hidden">{count > 0 ? ` (${things})` : " (empty)"}</span>
    </a>
  );
}

/** Stripes with a scalloped edge, by which users recognise the shop. */
function Awning() {
  return (
    <svg className="awning" width="100%" height="20" aria-hidden="true" focusable="false">
      <defs>
        <pattern id="awning-stripes" width="56" height="20" patternUnits="userSpaceOnUse">
          <path className="awning-dark" d="M0 0h28v8a14 10 0 0 1-28 0Z" />
          <path className="awning-light" d="M28 0h28v8a14 10 0 0 1-28 0Z" />
        </pattern>
      </defs>
      <rect width="100%" height="20" fill="url(#awning-stripes)" />
    </svg>
  );
}

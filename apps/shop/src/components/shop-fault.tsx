import { ButtonLink, Footer, Page, Reference, SiteHeader } from "@gatehouse/ui";
import { ShopMark } from "./shop-mark.tsx";

interface ShopFaultProps {
  /** The address to try again. */
  readonly path: string;
  /** From Next.js: for errors of the server an `Error` with a `digest`; otherwise any value. */
  readonly error: unknown;
}

/** Replaces a page that failed. Without the user's name, because reading the session may be the failure. */
export function ShopFault({ path, error }: ShopFaultProps) {
  // Reference of the line in the log: a code of the sign-in, or the number that Next.js gave the error.
  const digest = error instanceof Error && "digest" in error ? String(error.digest) : undefined;
  return (
    <Page
      header={<SiteHeader mark={<ShopMark />} name="Corner Shop" />}
      footer={
        <Footer>
          <p>
            <strong>Corner Shop</strong> · 12 Baker Street
          </p>
        </Footer>
      }
    >
      <title>Error: This page is not working · Corner Shop</title>
      <div className="empty">
        <h1>This page is not working</h1>
        <p>
          This is a fault on our side, and we have written it down. Your basket is kept. Please try again
          later.
        </p>
        <p>
          <ButtonLink href={path}>Try again</ButtonLink>
        </p>
        {digest !== undefined && <Reference code={digest} />}
      </div>
    </Page>
  );
}

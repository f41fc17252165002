import { ButtonLink, Footer, Page, Reference, SiteHeader } from "@gatehouse/ui";
import { ShopMark } from "./shop-mark.tsx";

interface ShopFaultProps {
  /** The address to try again. */
  readonly path: string;
  /** What leads to the line in the log: a code of signing in, or the number that Next gave the error. */
  readonly digest: string | undefined;
}

/** What is shown instead of a page that could not be drawn. It asks nobody who is there: that may be what failed. */
export function ShopFault({ path, digest }: ShopFaultProps) {
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

import { ButtonLink, Footer, Page, Reference, SiteHeader } from "@gatehouse/ui";
import { BankMark } from "./bank-mark.tsx";

interface BankFaultProps {
  /** The address to try again. */
  readonly path: string;
  /** What leads to the line in the log: a code of signing in, or the number that Next gave the error. */
  readonly digest: string | undefined;
}

/** What is shown instead of a page that could not be drawn. It asks nobody who is there: that may be what failed. */
export function BankFault({ path, digest }: BankFaultProps) {
  return (
    <Page
      header={<SiteHeader mark={<BankMark />} name="Harbour Bank" />}
      footer={
        <Footer>
          <p>Harbour Bank · Old Customs House, Quay 1</p>
        </Footer>
      }
    >
      <title>Error: This page is not working · Harbour Bank</title>
      <h1>This page is not working</h1>
      <p className="lead">
        This is a fault on our side, and we have written it down. Your money is where it was. Please try again
        later.
      </p>
      <p>
        <ButtonLink href={path}>Try again</ButtonLink>
      </p>
      {digest !== undefined && <Reference code={digest} />}
    </Page>
  );
}

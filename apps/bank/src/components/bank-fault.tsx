import { ButtonLink, Footer, Page, Reference, SiteHeader } from "@gatehouse/ui";
import { BankMark } from "./bank-mark.tsx";

interface BankFaultProps {
  /** The address to try again. */
  readonly path: string;
  /** As Next.js hands it over: of what was thrown on the server, an `Error` with a `digest`; else anything. */
  readonly error: unknown;
}

/** What is shown instead of a page that could not be drawn. It asks nobody who is there: that may be what failed. */
export function BankFault({ path, error }: BankFaultProps) {
  // What leads to the line in the log: a code of signing in, or the number that Next.js gave the error.
  const digest = error instanceof Error && "digest" in error ? String(error.digest) : undefined;
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

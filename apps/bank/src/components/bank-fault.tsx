import { ButtonLink, Footer, Page, Reference, SiteHeader } from "@gatehouse/ui";
import { BankMark } from "./bank-mark.tsx";

interface BankFaultProps {
  /** Address of the link "Try again". */
  readonly path: string;
  /** From Next.js: for errors of the server an `Error` with a `digest`; otherwise any value. */
  readonly error: unknown;
}

/** Replaces a page that failed. Without the user's name, because reading the session may be the failure. */
export function BankFault({ path, error }: BankFaultProps) {
  // Reference of the line in the log: a code of the sign-in, or the number that Next.js gave the error.
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

import { ButtonLink } from "@gatehouse/ui";
import type { Metadata } from "next";
import { BankPage } from "../src/components/bank-page.tsx";

export const metadata: Metadata = { title: "Not found" };

export default function NotFound() {
  return (
    <BankPage path="/">
      <h1>There is nothing here</h1>
      <p className="lead">The address may be wrong, or it belongs to somebody else.</p>
      <p>
        <ButtonLink href="/accounts">To your accounts</ButtonLink>
      </p>
    </BankPage>
  );
}

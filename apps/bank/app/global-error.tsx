"use client";
import { BankFault } from "../src/components/bank-fault.tsx";
import "@gatehouse/ui/styles.css";
import "./bank.css";

/** Replaces the layout when it failed. */
export default function FailedSite({ error }: { error: unknown }) {
  return (
    <html lang="en-GB" data-voice="bank">
      <body>
        <BankFault path="/" error={error} />
      </body>
    </html>
  );
}

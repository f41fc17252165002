"use client";
import { usePathname } from "next/navigation";
import { BankFault } from "../src/components/bank-fault.tsx";

/** Replaces a page that failed, also because of wrong settings of the sign-in. */
export default function FailedPage({ error }: { error: unknown }) {
  return <BankFault path={usePathname()} error={error} />;
}

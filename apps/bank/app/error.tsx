"use client";
import { usePathname } from "next/navigation";
import { BankFault } from "../src/components/bank-fault.tsx";

/** A page that failed, wrong settings of signing in included. */
export default function FailedPage({ error }: { error: unknown }) {
  return <BankFault path={usePathname()} error={error} />;
}

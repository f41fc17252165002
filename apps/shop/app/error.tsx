"use client";
import { usePathname } from "next/navigation";
import { ShopFault } from "../src/components/shop-fault.tsx";

/** A page that failed, wrong settings of signing in included. */
export default function FailedPage({ error }: { error: unknown }) {
  return <ShopFault path={usePathname()} error={error} />;
}

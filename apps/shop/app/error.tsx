"use client";
import { usePathname } from "next/navigation";
import { ShopFault } from "../src/components/shop-fault.tsx";

/** Replaces a page that failed, also because of wrong settings of the sign-in. */
export default function FailedPage({ error }: { error: unknown }) {
  return <ShopFault path={usePathname()} error={error} />;
}

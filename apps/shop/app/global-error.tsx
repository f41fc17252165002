"use client";
import { ShopFault } from "../src/components/shop-fault.tsx";
import "@gatehouse/ui/styles.css";
import "./shop.css";

/** Replaces the layout when it failed. */
export default function FailedSite({ error }: { error: unknown }) {
  return (
    <html lang="en-GB" data-voice="shop">
      <body>
        <ShopFault path="/" error={error} />
      </body>
    </html>
  );
}

import { ButtonLink } from "@gatehouse/ui";
import type { Metadata } from "next";
import { ShopPage } from "../src/components/shop-page.tsx";

export const metadata: Metadata = { title: "Not on our shelves" };

export default function NotFound() {
  return (
    <ShopPage path="/">
      <div className="empty">
        <h1>Not on our shelves</h1>
        <p>There is nothing at this address. It may have been eaten.</p>
        <p>
          <ButtonLink href="/">To the shelves</ButtonLink>
        </p>
      </div>
    </ShopPage>
  );
}

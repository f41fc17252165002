import { ButtonLink } from "@gatehouse/ui";
import type { Metadata } from "next";
import { requireSignIn } from "../../src/auth.ts";
import { ShopPage } from "../../src/components/shop-page.tsx";
import { formatEuros } from "../../src/money.ts";
import { currentVisitor } from "../../src/visitor.ts";

export const dynamic = "force-dynamic";
export const metadata: Metadata = { title: "At the counter" };

export default async function CheckoutPage() {
  const { user } = await requireSignIn({ returnTo: "/checkout" });
  const { basket } = await currentVisitor();
  return (
    <ShopPage path="/checkout">
      <p className="trail">
        <a href="/cart">Your basket</a>
      </p>
      {basket.lines.length === 0 ? (
        <div className="empty">
          <h1>Nothing to pay</h1>
          <p>Your basket is empty. Fill it on the shelves and come back.</p>
          <p>
            <ButtonLink href="/">To the shelves</ButtonLink>
          </p>
        </div>
      ) : (
        <article className="receipt">
          <h1>Pay at the counter</h1>
          <p>
            Show this page. We pack it while you walk over, <bdi className="strong">{user.name}</bdi>.
          </p>
          <table>
            <caption className="visually-hidden">Your order</caption>
            <thead className="visually-hidden">
              <tr>
                <th scope="col">Product</th>
                <th scope="col">Quantity</th>
                <th scope="col">Price</th>
              </tr>
            </thead>
            <tbody>
              {basket.lines.map(({ product, quantity, totalCents }) => (
                <tr key={product.slug}>
                  <th scope="row">
                    {product.name} <span className="unit">{product.unit}</span>
                  </th>
                  <td>× {quantity}</td>
                  <td>{formatEuros(totalCents)}</td>
                </tr>
              ))}
            </tbody>
            <tfoot>
              <tr>
                <th scope="row" colSpan={2}>
                  Total, VAT included
                </th>
                <td>{formatEuros(basket.totalCents)}</td>
              </tr>
            </tfoot>
          </table>
        </article>
      )}
    </ShopPage>
  );
}

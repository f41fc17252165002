import { findProduct } from "../catalogue.ts";

/** Confirms at the foot of the window that a product was put into the basket. */
export function AddedNotice({ added }: { added: string | readonly string[] | undefined }) {
  const product = typeof added === "string" ? findProduct(added) : null;
  if (product === null) return null;
  return (
    <p className="added" role="status">
      <span>
        <strong>{product.name}</strong> is in your basket.
      </span>
      <a href="/cart">View basket</a>
    </p>
  );
}

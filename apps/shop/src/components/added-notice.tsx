import type { Basket } from "../basket.ts";

interface AddedNoticeProps {
  /** From the address: the product that was added. */
  readonly added: string | readonly string[] | undefined;
  readonly basket: Basket;
}

/** Confirms at the foot of the window that a product is in the basket. Empty when it is not, as after a link of others. */
export function AddedNotice({ added, basket }: AddedNoticeProps) {
  const product = basket.lines.find((line) => line.product.slug === added)?.product;
  if (product === undefined) return null;
  return (
    <p className="added" role="status">
      <span>
        <strong>{product.name}</strong> is in your basket.
      </span>
      <a href="/cart">View basket</a>
    </p>
  );
}

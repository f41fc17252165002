import { Button } from "@gatehouse/ui";
import type { Product } from "../catalogue.ts";
import { formatEuros } from "../money.ts";
import { PageUser } from "./page-user.tsx";

/** A product on the shelf: look at it, or put one into the basket. */
export function ProductCard({ product, inBasket }: { product: Product; inBasket: number }) {
  const { slug, name, unit, summary, priceCents, shelf, Drawing } = product;
  return (
    <li className="card" id={slug}>
      <a className="card-link" href={`/products/${slug}`}>
        <span className={`shelf shelf-${shelf}`}>
          <Drawing />
          {inBasket > 0 && <span className="in-basket">{inBasket} in basket</span>}
        </span>
        <span className="card-name">{name}</span>
      </a>
      <p className="card-summary">{summary}</p>
      <div className="card-foot">
        <p>
          <span className="price">{formatEuros(priceCents)}</span> <span className="unit">{unit}</span>
        </p>
        <form action="/cart/add" method="post">
          <PageUser />
          <input type="hidden" name="product" value={slug} />
          <input type="hidden" name="quantity" value="1" />
          <input type="hidden" name="from" value="shelf" />
          <Button>
            Add<span className="visually-hidden"> {name} to basket</span>
          </Button>
        </form>
      </div>
    </li>
  );
}

import { Button } from "@gatehouse/ui";
import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { LARGEST_QUANTITY } from "../../../src/cart-store.ts";
import { CATALOGUE, findProduct, type Product } from "../../../src/catalogue.ts";
import { AddedNotice } from "../../../src/components/added-notice.tsx";
import { PageUser } from "../../../src/components/page-user.tsx";
import { ShopPage } from "../../../src/components/shop-page.tsx";
import { formatEuros } from "../../../src/money.ts";
import { currentVisitor } from "../../../src/visitor.ts";

export const dynamic = "force-dynamic";

interface ProductPageProps {
  readonly params: Promise<{ readonly slug: string }>;
  readonly searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>>;
}

export async function generateMetadata({ params }: ProductPageProps): Promise<Metadata> {
  const product = findProduct((await params).slug);
  return product === null ? {} : { title: product.name, description: product.summary };
}

export default async function ProductPage({ params, searchParams }: ProductPageProps) {
  const product = findProduct((await params).slug);
  if (product === null) notFound();
  const { basket } = await currentVisitor();
  const inBasket = basket.lines.find((line) => line.product === product)?.quantity ?? 0;
  const { slug, name, Drawing } = product;
  return (
    <ShopPage path={`/products/${slug}`}>
      <p className="trail">
        <a href="/">All shelves</a>
      </p>
      <article className="product">
        <div className={`shelf shelf-${product.shelf}`}>
          <Drawing />
        </div>
        <div className="product-text">
          <h1>{name}</h1>
          <p className="product-price">
            <span className="price">{formatEuros(product.priceCents)}</span>{" "}
            <span className="unit">{product.unit}</span>
          </p>
          <p className="product-summary">{product.summary}</p>
          <p>{product.description}</p>
          <AddForm slug={slug} />
          {inBasket > 0 && (
            <p className="unit">
              {inBasket} in <a href="/cart">your basket</a> already.
            </p>
          )}
          <dl className="facts">
            <dt>From</dt>
            <dd>{product.origin}</dd>
            <dt>Keeps</dt>
            <dd>{product.keeping}</dd>
          </dl>
        </div>
      </article>
      <Neighbours of={product} />
      <AddedNotice added={(await searchParams).added} basket={basket} />
    </ShopPage>
  );
}

function AddForm({ slug }: { slug: string }) {
  return (
    <form action="/cart/add" method="post" className="add-form">
      <PageUser />
      <input type="hidden" name="product" value={slug} />
      <input type="hidden" name="from" value="product" />
      <div>
        <label htmlFor="quantity">Quantity</label>
        <input
          id="quantity"
          name="quantity"
          type="number"
          inputMode="numeric"
          min={1}
          max={LARGEST_QUANTITY}
          defaultValue={1}
          required
        />
      </div>
      <Button>Add to basket</Button>
    </form>
  );
}

/** The next four products of the catalogue, continuing at its start. */
function Neighbours({ of }: { of: Product }) {
  const from = CATALOGUE.indexOf(of) + 1;
  const neighbours = [...CATALOGUE, ...CATALOGUE].slice(from, from + 4);
  return (
    <section className="neighbours" aria-labelledby="neighbours-title">
      <h2 id="neighbours-title">Next to it on the shelf</h2>
      <ul>
        {neighbours.map(({ slug, name, priceCents, shelf, Drawing }) => (
          <li key={slug}>
            <a className="card-link" href={`/products/${slug}`}>
              <span className={`shelf shelf-${shelf}`}>
                <Drawing />
              </span>
              <span className="card-name">{name}</span>
            </a>
            <span className="unit">{formatEuros(priceCents)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

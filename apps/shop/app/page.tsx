import { CATALOGUE } from "../src/catalogue.ts";
import { AddedNotice } from "../src/components/added-notice.tsx";
import { ProductCard } from "../src/components/product-card.tsx";
import { ShopPage } from "../src/components/shop-page.tsx";
import { SignedOutNotice } from "../src/components/signed-out-notice.tsx";
import { currentVisitor } from "../src/visitor.ts";

export const dynamic = "force-dynamic";

interface CataloguePageProps {
  readonly searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>>;
}

export default async function CataloguePage({ searchParams }: CataloguePageProps) {
  const { basket } = await currentVisitor();
  const quantities = new Map(basket.lines.map(({ product, quantity }) => [product.slug, quantity]));
  return (
    <ShopPage path="/">
      <SignedOutNotice path="/" />
      <div className="intro">
        <h1>Good things, round the corner.</h1>
        <p>Twelve shelves, filled every morning. Put it in your basket here, pay at the counter.</p>
      </div>
      <ul className="shelves">
        {CATALOGUE.map((product) => (
          <ProductCard key={product.slug} product={product} inBasket={quantities.get(product.slug) ?? 0} />
        ))}
      </ul>
      <AddedNotice added={(await searchParams).added} basket={basket} />
    </ShopPage>
  );
}

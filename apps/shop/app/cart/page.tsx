import { readRefusal } from "@gatehouse/demo-sites/refused-form";
import { Button, ButtonLink } from "@gatehouse/ui";
import type { Metadata } from "next";
import { signInUrl, whySignedOut } from "../../src/auth.ts";
import type { BasketLine } from "../../src/basket.ts";
import { ANONYMOUS_CART_DAYS, LARGEST_QUANTITY } from "../../src/cart-store.ts";
import { PageUser } from "../../src/components/page-user.tsx";
import { RefusedNotice } from "../../src/components/refused-notice.tsx";
import { ShopPage } from "../../src/components/shop-page.tsx";
import { canSignIn, SignedOutNotice } from "../../src/components/signed-out-notice.tsx";
import { readEnvironment } from "../../src/env.ts";
import { formatEuros } from "../../src/money.ts";
import { currentVisitor } from "../../src/visitor.ts";

export const dynamic = "force-dynamic";
export const metadata: Metadata = { title: "Your basket" };

interface CartPageProps {
  readonly searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>>;
}

export default async function CartPage({ searchParams }: CartPageProps) {
  const refused = await readRefusal(readEnvironment().siteOrigin, (await searchParams).refused);
  const { basket, person } = await currentVisitor();
  const signedOut = await whySignedOut();
  return (
    <ShopPage path="/cart">
      <SignedOutNotice path="/cart" />
      <RefusedNotice refused={refused} person={person} isExplained={signedOut !== null} />
      <h1>Your basket</h1>
      {basket.lines.length === 0 ? (
        <EmptyBasket
          isKept={signedOut !== null || (refused === "signed_out" && person === null)}
          offersSignIn={signedOut === null || canSignIn(signedOut.reason)}
        />
      ) : (
        <div className="basket">
          <ul className="lines">
            {basket.lines.map((line) => (
              <Line key={line.product.slug} line={line} />
            ))}
          </ul>
          <section className="summary" aria-labelledby="summary-title">
            <h2 id="summary-title">Together</h2>
            <p className="total">
              <span>{basket.count === 1 ? "1 thing" : `${basket.count} things`}</span>
              <span className="price">{formatEuros(basket.totalCents)}</span>
            </p>
            <ButtonLink href="/checkout" wide>
              Check out
            </ButtonLink>
            {person === null && <SignInHint />}
          </section>
        </div>
      )}
    </ShopPage>
  );
}

interface EmptyBasketProps {
  /** The basket of a user who was signed in until now is kept. */
  readonly isKept: boolean;
  readonly offersSignIn: boolean;
}

function EmptyBasket({ isKept, offersSignIn }: EmptyBasketProps) {
  return (
    <div className="empty">
      {!isKept && <p>Nothing in it yet. What you add on the shelves appears here.</p>}
      {isKept && offersSignIn && (
        <p>
          Your basket is kept. <a href={signInUrl("/cart")}>Sign in</a> to see it.
        </p>
      )}
      <p>
        <ButtonLink href="/">To the shelves</ButtonLink>
      </p>
    </div>
  );
}

function SignInHint() {
  return (
    <p className="unit">
      This browser keeps your basket for {ANONYMOUS_CART_DAYS} days. <a href={signInUrl("/cart")}>Sign in</a>{" "}
      and it waits for you everywhere.
    </p>
  );
}

function Line({ line: { product, quantity, totalCents } }: { line: BasketLine }) {
  const { slug, name, unit, priceCents, shelf, Drawing } = product;
  return (
    <li className="line" id={slug}>
      <span className={`shelf shelf-${shelf}`}>
        <Drawing />
      </span>
      <div className="line-text">
        <h2>
          <a href={`/products/${slug}`}>{name}</a>
        </h2>
        <p className="unit">
          {formatEuros(priceCents)} · {unit}
        </p>
      </div>
      <p className="line-total price">{formatEuros(totalCents)}</p>
      <div className="line-actions">
        <form action="/cart/change" method="post">
          <PageUser />
          <input type="hidden" name="product" value={slug} />
          <label className="visually-hidden" htmlFor={`quantity-${slug}`}>
            Quantity of {name}
          </label>
          <input
            id={`quantity-${slug}`}
            name="quantity"
            type="number"
            inputMode="numeric"
            min={1}
            max={LARGEST_QUANTITY}
            defaultValue={quantity}
            required
          />
          <Button kind="quiet">
            Change<span className="visually-hidden"> quantity of {name}</span>
          </Button>
        </form>
        <form action="/cart/remove" method="post">
          <PageUser />
          <input type="hidden" name="product" value={slug} />
          <Button kind="quiet">
            Remove<span className="visually-hidden"> {name}</span>
          </Button>
        </form>
      </div>
    </li>
  );
}

import { formRoute, parseProduct, parseQuantity } from "../../../src/form-route.ts";
import { cartStore, currentCartOwner, seeOtherAs } from "../../../src/visitor.ts";

export const dynamic = "force-dynamic";

export const POST = formRoute(["product", "quantity", "from"], async (fields) => {
  const { slug } = parseProduct(fields.product);
  const owner = cartStore().add(await currentCartOwner(), slug, parseQuantity(fields.quantity));
  const page = fields.from === "shelf" ? "/" : `/products/${slug}`;
  return seeOtherAs(owner, `${page}?added=${slug}#${slug}`);
});

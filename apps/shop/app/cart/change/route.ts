import { seeOther } from "@gatehouse/auth/form-route";
import { parseProduct, parseQuantity } from "../../../src/basket-form.ts";
import { formRoute } from "../../../src/form-route.ts";
import { cartStore, currentCartOwner } from "../../../src/visitor.ts";

export const dynamic = "force-dynamic";

export const POST = formRoute(["product", "quantity"], async (fields) => {
  const { slug } = parseProduct(fields.product);
  cartStore().setQuantity(await currentCartOwner(), slug, parseQuantity(fields.quantity));
  return seeOther(`/cart#${slug}`);
});

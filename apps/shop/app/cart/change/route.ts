import { seeOther } from "@gatehouse/auth/form-route";
import { formRoute, parseProduct, parseQuantity, refuseAtBasket } from "../../../src/form-route.ts";
import { cartStore, currentCartOwner } from "../../../src/visitor.ts";

export const dynamic = "force-dynamic";

export const POST = formRoute(["product", "quantity"], async (fields, pageUserId) => {
  const owner = await currentCartOwner();
  // The line is in the basket of a user who is signed out by now.
  if (pageUserId !== null && "browser" in owner) return refuseAtBasket("signed_out");
  const { slug } = parseProduct(fields.product);
  cartStore().setQuantity(owner, slug, parseQuantity(fields.quantity));
  return seeOther(`/cart#${slug}`);
});

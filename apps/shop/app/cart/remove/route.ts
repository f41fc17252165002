import { seeOther } from "@gatehouse/auth/form-route";
import { formRoute, parseProduct, refuseAtBasket } from "../../../src/form-route.ts";
import { cartStore, currentCartOwner } from "../../../src/visitor.ts";

export const dynamic = "force-dynamic";

export const POST = formRoute(["product"], async (fields, pageUserId) => {
  const owner = await currentCartOwner();
  // The line is in the basket of a user who is signed out by now.
  if (pageUserId !== null && "browser" in owner) return refuseAtBasket("signed_out");
  cartStore().remove(owner, parseProduct(fields.product).slug);
  return seeOther("/cart");
});

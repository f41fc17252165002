import { seeOther } from "@gatehouse/auth/form-route";
import { parseProduct } from "../../../src/basket-form.ts";
import { formRoute } from "../../../src/form-route.ts";
import { cartStore, currentCartOwner } from "../../../src/visitor.ts";

export const dynamic = "force-dynamic";

export const POST = formRoute(["product"], async (fields) => {
  cartStore().remove(await currentCartOwner(), parseProduct(fields.product).slug);
  return seeOther("/cart");
});

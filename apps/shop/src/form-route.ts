import { createFormRoute, seeOther } from "@gatehouse/auth/form-route";
import { auth } from "./auth.ts";
import { readEnvironment } from "./env.ts";
import type { BasketErrorCode } from "./form-error.ts";
import { problemPage } from "./problem-page.ts";

/** Wraps every route of the shop that changes something. The longest form of the shop has some 100 bytes. */
export const formRoute = createFormRoute<BasketErrorCode>({
  siteOrigin: () => readEnvironment().siteOrigin,
  largestBytes: 4_096,
  currentUserId: async () => (await auth())?.user.id ?? null,
  refuse: (code, status) =>
    code === "user_changed" ? seeOther("/cart?refused=user_changed") : problemPage(code, status),
});

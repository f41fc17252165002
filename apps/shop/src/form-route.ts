import { createFormRoute } from "@gatehouse/auth/form-route";
import { readEnvironment } from "./env.ts";
import type { BasketErrorCode } from "./form-error.ts";
import { problemPage } from "./problem-page.ts";

/** The one way in for everything that changes something. No form of the shop comes near its limit. */
export const formRoute = createFormRoute<BasketErrorCode>({
  siteOrigin: () => readEnvironment().siteOrigin,
  largestBytes: 4_096,
  refuse: problemPage,
});

import { createFormRoute, type FormErrorCode } from "@gatehouse/auth/form-route";
import { seeOtherRefused } from "@gatehouse/demo-sites/refused-form";
import { auth } from "./auth.ts";
import { readEnvironment } from "./env.ts";

/** Reasons that no page of the bank causes, in plain text. The transfer page explains `user_changed`. */
const sentences: Readonly<Record<Exclude<FormErrorCode, "user_changed">, string>> = {
  form_from_elsewhere: "This came from a page that is not ours. Open the bank itself and try again there.",
  form_not_urlencoded: "This did not come from one of the bank's forms.",
  form_too_large: "The form was longer than any form of the bank.",
  field_unknown: "The form had a field that we do not know.",
  field_duplicated: "The form had the same field twice, so we could not tell which one you meant.",
  field_missing: "The form was not complete.",
  site_fault: "Something went wrong on our side. Look at your accounts before you try again.",
};

/** Wraps every route of the bank that takes a form. */
export const formRoute = createFormRoute({
  siteOrigin: () => readEnvironment().siteOrigin,
  currentUserId: async () => (await auth())?.user.id ?? null,
  refuse: (code, status) => {
    if (code === "user_changed") return refuseAtTransfer(code);
    return new Response(
      `${sentences[code]}${status === 400 ? " No money was moved." : ""}\nCode: ${code}\n`,
      {
        status,
        headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" },
      },
    );
  },
});

/** Redirects a form that moved no money to an empty one, which says why. */
export function refuseAtTransfer(reason: "user_changed" | "expired"): Response {
  return seeOtherRefused(readEnvironment().siteOrigin, "/transfer", reason);
}

import { createFormRoute, type FormErrorCode } from "@gatehouse/auth/form-route";
import { readEnvironment } from "./env.ts";

/** Why a form was not accepted; people meet none of these with the bank's own pages. */
const sentences: Readonly<Record<FormErrorCode, string>> = {
  form_from_elsewhere: "This came from a page that is not ours. Open the bank itself and try again there.",
  form_not_urlencoded: "This did not come from one of the bank's forms.",
  form_too_large: "The form was longer than any form of the bank.",
  field_unknown: "The form had a field that we do not know.",
  field_duplicated: "The form had the same field twice, so we could not tell which one you meant.",
  field_missing: "The form was not complete.",
  site_fault: "Something went wrong on our side. Look at your accounts before you try again.",
};

/** The one way in for a page's form. */
export const formRoute = createFormRoute({
  siteOrigin: () => readEnvironment().siteOrigin,
  refuse: (code, status) =>
    new Response(`${sentences[code]}${status === 400 ? " No money was moved." : ""}\nCode: ${code}\n`, {
      status,
      headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" },
    }),
});

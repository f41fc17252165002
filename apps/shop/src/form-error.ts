/**
 * Why a form was not accepted. The code is stable and shown on the page, so that somebody who reports it
 * says which check it was.
 */
export class FormError extends Error {
  readonly code: FormErrorCode;

  constructor(code: FormErrorCode) {
    super(code);
    this.name = "FormError";
    this.code = code;
  }
}

export type FormErrorCode =
  | "form_from_elsewhere"
  | "form_not_urlencoded"
  | "form_too_large"
  | "field_unknown"
  | "field_duplicated"
  | "field_missing"
  | "product_unknown"
  | "quantity_not_1_to_99";

/** What the page says: what was wrong, and what to do. */
export const FORM_ERROR_SENTENCES: Readonly<Record<FormErrorCode, string>> = {
  form_from_elsewhere:
    "This came from a page that is not ours, so nothing was changed. Open the shop itself and try again there.",
  form_not_urlencoded: "This did not come from one of the shop's forms, so nothing was changed.",
  form_too_large: "The form was longer than any form of this shop. Nothing was changed.",
  field_unknown: "The form had a field that we do not know. Nothing was changed.",
  field_duplicated:
    "The form had the same field twice, so we could not tell which one you meant. Nothing was changed.",
  field_missing: "The form was not complete. Nothing was changed.",
  product_unknown: "We do not have this product on our shelves. Nothing was changed.",
  quantity_not_1_to_99: "A quantity is a whole number from 1 to 99. Your basket is as it was.",
};

import type { FormErrorCode } from "@gatehouse/auth/form-route";

/** Reasons that the problem page explains; the basket's page explains `user_changed`. */
export type ProblemCode = Exclude<FormErrorCode, "user_changed"> | BasketErrorCode;

/** The shop's own reasons to refuse a form. */
export type BasketErrorCode = "product_unknown" | "quantity_not_1_to_99";

/** The reason and the next step, for the problem page. */
const FORM_ERROR_SENTENCES: Readonly<Record<ProblemCode, string>> = {
  form_from_elsewhere:
    "This came from a page that is not ours, so nothing was changed. Open the shop itself and try again there.",
  form_not_urlencoded: "This did not come from one of the shop's forms, so nothing was changed.",
  form_too_large: "The form was longer than any form of this shop. Nothing was changed.",
  field_unknown: "The form had a field that we do not know. Nothing was changed.",
  field_duplicated:
    "The form had the same field twice, so we could not tell which one you meant. Nothing was changed.",
  field_missing: "The form was not complete. Nothing was changed.",
  site_fault: "Something went wrong on our side. Look at your basket before you try again.",
  product_unknown: "We do not have this product on our shelves. Nothing was changed.",
  quantity_not_1_to_99: "A quantity is a whole number from 1 to 99. Your basket is as it was.",
};

/**
 * The answer to a refused form. Not a page of Next.js, because route handlers cannot render one, and a redirect would turn
 * the 400 into a 200. It contains nothing of the request, so there is nothing to escape.
 */
export function problemPage(code: ProblemCode, status: 400 | 500): Response {
  return new Response(page(code), {
    status,
    headers: { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" },
  });
}

function page(code: ProblemCode): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Error: That did not work · Corner Shop</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/problem.css">
</head>
<body>
<main>
<img src="/icon.svg" alt="" width="40" height="40">
<h1>That did not work</h1>
<p>${FORM_ERROR_SENTENCES[code]}</p>
<p><a class="button" href="/cart">Back to your basket</a> <a href="/">To the shelves</a></p>
<p class="code">Code: <code>${code}</code></p>
</main>
</body>
</html>
`;
}

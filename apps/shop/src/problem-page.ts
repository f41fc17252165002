import { FORM_ERROR_SENTENCES, type ProblemCode } from "./form-error.ts";

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

export const dynamic = "force-dynamic";

/** The process answers. Says nothing about the hub: a site without its hub still has pages to show. */
export function GET(): Response {
  return new Response("ok\n", { headers: { "content-type": "text/plain", "cache-control": "no-store" } });
}

export const dynamic = "force-dynamic";

/** Answers while the process runs. Does not check the hub, because the site has pages without it. */
export function GET(): Response {
  return new Response("ok\n", { headers: { "content-type": "text/plain", "cache-control": "no-store" } });
}

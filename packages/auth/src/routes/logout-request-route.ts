import { GatehouseAuthError } from "../log/gatehouse-auth-error.ts";
import type { Site } from "../site/site.ts";

const maxBytes = 64 * 1024;

/**
 * `POST /api/auth/logout-request`: the hub reports the end of a sign-in.
 *
 * A known and an unknown session index get the same answer, so that nobody can probe them. For an index that this process
 * does not know, such as after a restart, the session check finds the end within seconds.
 *
 * @see CAS protocol 3.0.3, section 2.3.3
 * @see OpenID Connect Back-Channel Logout 1.0, section 2.5
 */
export async function logoutRequestRoute(
  site: Pick<Site, "settings" | "protocol" | "memory" | "now">,
  request: Request,
): Promise<Response> {
  const body = await readBody(request);
  if (body === null) throw new GatehouseAuthError("logout_request_malformed");
  site.memory.end(await site.protocol.parseLogoutRequest(site.settings, body), site.now());
  return new Response(null, { status: 200, headers: { "cache-control": "no-store" } });
}

/** The raw body, or null when it is too long. Stops reading at the cap. */
async function readBody(request: Request): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (request.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

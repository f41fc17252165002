/** Audit events of the endpoints that issue and revoke tokens. They never contain a code or token. */
import type { BlockList } from "node:net";
import type { HubAuditEvent, RecordAudit } from "../../audit/record-audit.ts";
import { clientAddress } from "../../http/client-address.ts";
import { readUserAgent } from "../../http/describe-browser.ts";
import { currentArtifacts, sessionOfRequest } from "../store/request-context.ts";
import type { KoaContextWithOIDC, Provider } from "./provider.ts";

export interface TokenAudit {
  /** The event of a request; `undefined`: it issued and revoked nothing. */
  eventOf(ctx: KoaContextWithOIDC): HubAuditEvent | undefined;
  readonly recordAudit: RecordAudit;
}

interface Token {
  readonly accountId?: string;
  readonly clientId?: string;
}

const revocable = ["AccessToken", "RefreshToken", "ClientCredentials"] as const;

/** @param trusted proxies whose forwarding headers count (`TRUST_PROXY`) */
export function createTokenAudit(
  provider: Provider,
  recordAudit: RecordAudit,
  trusted: BlockList | undefined,
): TokenAudit {
  const revoked = new WeakSet<object>();
  provider.on("grant.revoked", (ctx) => {
    revoked.add(ctx);
  });
  return {
    recordAudit,
    eventOf(ctx) {
      const found =
        ctx.oidc?.route === "token" && ctx.status === 200
          ? issued(ctx)
          : ctx.oidc?.route === "revocation" && ctx.status === 200
            ? revokedToken(ctx)
            : revoked.has(ctx)
              ? revokedGrant()
              : undefined;
      const siteId = ctx.oidc?.client?.clientId;
      if (found === undefined || siteId === undefined) return undefined;
      const address = clientAddress(ctx.req.socket.remoteAddress, ctx.get("x-forwarded-for"), trusted);
      const userAgent = readUserAgent(ctx.get("user-agent"));
      return { ...found, actor: { kind: "site", id: siteId, address, userAgent }, siteId };
    },
  };
}

type Found = Pick<HubAuditEvent, "kind" | "personId" | "sessionId" | "facts">;

function issued(ctx: KoaContextWithOIDC): Found {
  const grant = String(ctx.oidc.params?.grant_type).replace("urn:ietf:params:oauth:grant-type:", "");
  const { scope = "", ...answer } = (ctx.body ?? {}) as Record<string, unknown>;
  const tokens = ["access_token", "id_token", "refresh_token"].filter((name) => answer[name] !== undefined);
  const { Account, AccessToken, RefreshToken } = ctx.oidc.entities;
  return {
    kind: "token-issued",
    personId: Account?.accountId ?? AccessToken?.accountId ?? RefreshToken?.accountId,
    sessionId: sessionOfRequest()?.id,
    facts: { grant, tokens, scope },
  };
}

/** The answer to a revocation is the same whether or not the token was the site's. @see RFC 7009, section 2.2 */
function revokedToken(ctx: KoaContextWithOIDC): Found | undefined {
  const entities = ctx.oidc.entities as Readonly<Record<string, Token | undefined>>;
  const kind = revocable.find((one) => entities[one] !== undefined);
  const token = kind && entities[kind];
  if (token === undefined || token.clientId !== ctx.oidc.client?.clientId) return undefined;
  return { kind: "token-revoked", personId: token.accountId, facts: { tokens: [kind] } };
}

/**
 * A code or refresh token was presented again. oidc-provider names no user then.
 *
 * @see RFC 6749, section 4.1.2; RFC 9700, section 2.2.2
 */
function revokedGrant(): Found {
  const personId = currentArtifacts()?.personId;
  return { kind: "token-revoked", personId, facts: { reason: "presented-again" } };
}

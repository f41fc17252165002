// biome-ignore-all lint/style/noRestrictedImports: the only file that imports oidc-provider
/** The parts of oidc-provider that the hub uses. All other files import from here, which Biome enforces. */
import Provider, { type KoaContextWithOIDC } from "oidc-provider";

export {
  type Account,
  type AccountClaims,
  type Adapter,
  type AdapterPayload,
  type ClientMetadata,
  type Configuration,
  errors,
  interactionPolicy,
  type KoaContextWithOIDC,
  Provider,
} from "oidc-provider";

export type Client = InstanceType<Provider["Client"]>;

/** Scopes and claims that a user allowed a site, as oidc-provider keeps them. */
export type Grant = InstanceType<Provider["Grant"]>;

/** A sign-in under way, as oidc-provider keeps it; the library calls it an interaction. */
export type Flow = InstanceType<Provider["Interaction"]>;

/** The current provider: it is replaced when signing keys change. */
export interface CurrentProvider {
  readonly provider: Provider;
}

/** The request that oidc-provider answers at the moment. */
export function currentContext(): KoaContextWithOIDC | undefined {
  return Provider.ctx;
}

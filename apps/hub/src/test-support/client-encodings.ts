/** Service addresses as CAS clients write them: the source of the address, and the characters that each encodes. */

export interface ClientEncoding {
  readonly name: string;
  /** The service as the client sees it, from the address that a browser asked its site for. */
  serviceAt(address: string): string;
  /** The service as a value in a query. */
  encode(service: string): string;
}

const asAsked = (address: string): string => address;
const asForm = (service: string): string =>
  new URLSearchParams({ service }).toString().slice("service=".length);

/** Apache hands modules a path that it has decoded; bytes that are not UTF-8 no test sends. */
function decodedPath(address: string): string {
  const { origin, pathname, search } = new URL(address);
  return origin + decodeURIComponent(pathname) + search;
}

export const clientEncodings: readonly ClientEncoding[] = [
  {
    name: "mod_auth_cas",
    serviceAt: decodedPath,
    encode: (service) =>
      service.replace(
        /[ +<>"%{}|\\^~[\]`;/?:@=&#]/g,
        (one) => `%${one.charCodeAt(0).toString(16).padStart(2, "0")}`,
      ),
  },
  { name: "phpCAS", serviceAt: asAsked, encode: asForm },
  { name: "Java's client", serviceAt: asAsked, encode: asForm },
  {
    name: "passport-cas",
    // It takes the query apart and puts it together again.
    serviceAt(address) {
      const { origin, pathname, search, searchParams } = new URL(address);
      const pairs = [...searchParams].map((pair) => pair.map(encodeURIComponent).join("="));
      return origin + pathname + (search === "" ? "" : `?${pairs.join("&")}`);
    },
    encode: encodeURIComponent,
  },
  { name: "AuthCAS", serviceAt: asAsked, encode: (service) => service.replaceAll("&", "%26") },
  { name: "curl, nothing encoded", serviceAt: asAsked, encode: asAsked },
];

import type { AuthenticationSuccess } from "./authentication-success.ts";
import type { CasError } from "./cas-error.ts";
import type { Rendered } from "./rendered.ts";

/**
 * Writes a success as JSON. An attribute that is a list is an array, however many values it has: a client
 * need not look twice at it on the day a person joins her second group. The latest proxy comes first here as
 * in XML.
 *
 * @see CAS protocol 3.0.3, sections 2.5.2, 2.5.7 and 2.6.2
 */
export function renderJsonSuccess({ attributes, ...rest }: AuthenticationSuccess): Rendered {
  if (attributes === undefined) return serviceResponse({ authenticationSuccess: rest });
  const { released, authenticationDate, ...flags } = attributes;
  return serviceResponse({
    authenticationSuccess: {
      ...rest,
      attributes: {
        authenticationDate: authenticationDate.toISOString(),
        ...flags,
        ...Object.fromEntries(released),
      },
    },
  });
}

/**
 * Writes a failure as JSON. Of the error only code and description are read.
 *
 * @see CAS protocol 3.0.3, sections 2.5.2 and 2.5.3
 */
export function renderJsonFailure({ code, description }: CasError): Rendered {
  return serviceResponse({ authenticationFailure: { code, description } });
}

/**
 * Writes a proxy ticket as JSON.
 *
 * @see CAS protocol 3.0.3, section 2.7.2
 */
export function renderJsonProxySuccess(ticket: string): Rendered {
  return serviceResponse({ proxySuccess: { proxyTicket: ticket } });
}

/**
 * Writes why there is no proxy ticket. The text's own example calls it `authenticationFailure`, its XML
 * `proxyFailure`: here it is `proxyFailure` in both, beside `proxySuccess` (docs/decisions/0012).
 *
 * @see CAS protocol 3.0.3, sections 2.7.2 and 2.7.3
 */
export function renderJsonProxyFailure({ code, description }: CasError): Rendered {
  return serviceResponse({ proxyFailure: { code, description } });
}

function serviceResponse(serviceResponse: object): Rendered {
  return { body: JSON.stringify({ serviceResponse }), contentType: "application/json" };
}

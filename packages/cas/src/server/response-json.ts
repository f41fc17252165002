import type { AuthenticationSuccess } from "./authentication-success.ts";
import type { CasError } from "./cas-error.ts";
import type { Rendered } from "./rendered.ts";

/**
 * Renders a success as JSON. A list attribute is an array even with one value, so clients read it the same way when a user
 * joins a second group. The latest proxy comes first, as in XML.
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
 * Renders a failure as JSON, from code and description of the error only.
 *
 * @see CAS protocol 3.0.3, sections 2.5.2 and 2.5.3
 */
export function renderJsonFailure({ code, description }: CasError): Rendered {
  return serviceResponse({ authenticationFailure: { code, description } });
}

/**
 * Renders a proxy ticket as JSON.
 *
 * @see CAS protocol 3.0.3, section 2.7.2
 */
export function renderJsonProxySuccess(ticket: string): Rendered {
  return serviceResponse({ proxySuccess: { proxyTicket: ticket } });
}

/**
 * Renders the failure of `/proxy` as JSON. The specification's JSON example has `authenticationFailure`, its XML
 * `proxyFailure`; this is `proxyFailure` in both (docs/decisions/0012).
 *
 * @see CAS protocol 3.0.3, sections 2.7.2 and 2.7.3
 */
export function renderJsonProxyFailure({ code, description }: CasError): Rendered {
  return serviceResponse({ proxyFailure: { code, description } });
}

function serviceResponse(serviceResponse: object): Rendered {
  return { body: JSON.stringify({ serviceResponse }), contentType: "application/json" };
}

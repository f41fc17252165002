/** `/cas/validate`, `/cas/serviceValidate`, `/cas/p3/serviceValidate`: a site spends a ticket. */
import {
  type AuthenticationSuccess,
  asCasError,
  authenticationSuccess,
  CasError,
  judgeSpent,
  parseParameters,
  parseValidationRequest,
  type Rendered,
  type RequestParameters,
  renderJsonFailure,
  renderJsonSuccess,
  renderTextFailure,
  renderTextSuccess,
  renderXmlFailure,
  renderXmlSuccess,
  validationFormat,
} from "@gatehouse/cas/server";
import { type Call, type Route, route, type Written } from "../http/route.ts";

/** How one of the three endpoints answers. */
interface Manner {
  readonly path: string;
  /** CAS 3 releases attributes; CAS 1 and 2 the user alone. */
  readonly attributes: boolean;
  succeed(success: AuthenticationSuccess, asked: RequestParameters): Rendered;
  fail(error: CasError, asked: RequestParameters): Rendered;
}

const xmlOrJson = {
  succeed: (success: AuthenticationSuccess, asked: RequestParameters) =>
    validationFormat(asked) === "JSON" ? renderJsonSuccess(success) : renderXmlSuccess(success),
  fail: (error: CasError, asked: RequestParameters) =>
    validationFormat(asked) === "JSON" ? renderJsonFailure(error) : renderXmlFailure(error),
};

const manners: readonly Manner[] = [
  {
    path: "/cas/validate",
    attributes: false,
    succeed: (success) => renderTextSuccess(success),
    fail: () => renderTextFailure(),
  },
  { path: "/cas/serviceValidate", attributes: false, ...xmlOrJson },
  { path: "/cas/p3/serviceValidate", attributes: true, ...xmlOrJson },
];

/**
 * Answered with 200 whether or not it succeeds: the protocol's error is in the body, and clients that see
 * another status never look there. Parameters are read here and not by the mount, because what is wrong
 * with them is said in the protocol's own form as well.
 *
 * @see CAS protocol 3.0.3, sections 2.4 and 2.5
 */
export const validations: readonly Route[] = manners.map((manner) =>
  route({
    method: "GET",
    path: manner.path,
    caller: "anyone",
    antiForgery: "ticket",
    sends: "raw-query",
    speaks: "json",
    async answer(call, { rawQuery }) {
      const asked = readQuery(rawQuery);
      const { body, contentType } =
        asked instanceof CasError ? manner.fail(asked, new Map()) : await validate(manner, call, asked);
      return { status: 200, body, contentType } satisfies Written;
    },
  }),
);

async function validate(manner: Manner, call: Call, asked: RequestParameters): Promise<Rendered> {
  try {
    const { ticket, service, renew } = parseValidationRequest(asked);
    const spent = judgeSpent(await call.hub.database.tickets.consume(ticket, { service, renew }));
    const released = manner.attributes ? (call.hub.sites.find(spent.siteId)?.cas?.attributes ?? []) : null;
    call.log.info(
      { event: "ticket.validated", site: spent.siteId, session: spent.sessionId },
      "ticket validated",
    );
    return manner.succeed(authenticationSuccess(spent, released), asked);
  } catch (cause) {
    const error = asCasError(cause);
    if (error.code === "INTERNAL_ERROR") call.log.error({ err: cause }, "validation failed");
    else
      call.log.warn(
        { event: "ticket.refused", code: error.code, reason: error.description },
        "ticket refused",
      );
    return manner.fail(error, asked);
  }
}

function readQuery(rawQuery: string): RequestParameters | CasError {
  try {
    return parseParameters(rawQuery);
  } catch (error) {
    return asCasError(error);
  }
}

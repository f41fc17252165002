import type { AuthenticationSuccess } from "./authentication-success.ts";
import type { Rendered } from "./rendered.ts";

/**
 * Renders a success of CAS 1. Specification 3 has `yes` alone, specification 2 adds the username on a second line. The
 * name is included: without it, clients would not learn who signed in.
 *
 * @see CAS protocol 3.0.3, section 2.4.2
 */
export function renderTextSuccess({ user }: AuthenticationSuccess): Rendered {
  // A line break in the username would start a third line.
  return text(`yes\n${user.replace(/[\r\n]/g, "")}\n`);
}

/**
 * Renders a failure of CAS 1, which contains no reason.
 *
 * @see CAS protocol 3.0.3, section 2.4.2
 */
export function renderTextFailure(): Rendered {
  return text("no\n\n");
}

function text(body: string): Rendered {
  return { body, contentType: "text/plain; charset=utf-8" };
}

import type { AuthenticationSuccess } from "./authentication-success.ts";
import type { Rendered } from "./rendered.ts";

/**
 * Writes a success of CAS 1. Version 3 of the text has `yes` alone, version 2 the user name on a second
 * line: without it a client would know that somebody signed in and not who, so it is there.
 *
 * @see CAS protocol 3.0.3, section 2.4.2
 */
export function renderTextSuccess({ user }: AuthenticationSuccess): Rendered {
  // A line break in the user name would be a third line; nothing but this renderer keeps it out.
  return text(`yes\n${user.replace(/[\r\n]/g, "")}\n`);
}

/**
 * Writes a failure of CAS 1, which does not say why.
 *
 * @see CAS protocol 3.0.3, section 2.4.2
 */
export function renderTextFailure(): Rendered {
  return text("no\n\n");
}

function text(body: string): Rendered {
  return { body, contentType: "text/plain; charset=utf-8" };
}

/** Protects the forms of this room against forgery: they belong to the browser that the page was shown to. */
import type { RequestParameters } from "@gatehouse/cas/server";
import { type FlowNeeds, flowOf, sendsHubCookie } from "../http/flow.ts";
import { HubError } from "../http/hub-error.ts";
import type { Call } from "../http/route.ts";
import type { HubKeys } from "../settings/secret-keys.ts";
import type { Field } from "../sign-in/login-address.ts";

export interface LinkFormNeeds extends FlowNeeds {
  readonly keys: Pick<HubKeys, "form">;
}

/** The token field of a form on a page, and the cookies of its flow. */
export interface StartedForm {
  readonly token: Field;
  readonly cookies: readonly string[];
  /** The token field of another form on the page, which posts to this path. */
  tokenFor(path: string): Field;
}

export function startForm(needs: LinkFormNeeds, call: Call): StartedForm {
  const flow = flowOf(needs, call);
  const tokenFor = (path: string) => ({
    name: "token",
    value: needs.keys.form.sign("link-form", `${flow.id}:${path}`),
  });
  return { token: tokenFor(call.path), cookies: flow.cookies, tokenFor };
}

/**
 * @param href the page with the form
 * @throws HubError for a form of another browser, or of this one without its cookies
 */
export function checkForm(
  needs: LinkFormNeeds,
  call: Call,
  parameters: RequestParameters,
  href: string,
): void {
  const flow = flowOf(needs, call);
  if (needs.keys.form.isSignature("link-form", `${flow.id}:${call.path}`, parameters.get("token") ?? ""))
    return;
  throw new HubError(
    403,
    "form_token_wrong",
    "Please try again",
    [
      sendsHubCookie(needs, call)
        ? "This form was opened in another browser, or a while ago. Nothing was changed."
        : "This form needs cookies, and your browser sent none. Nothing was changed. Allow cookies for this site.",
      "Open the page again and retry.",
    ],
    {},
    { label: "Open the page again", href },
  );
}

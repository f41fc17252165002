/**
 * `/sign-up` and `/forgot-password`: ask for a link by mail. Both answer the same, and do the same work, whether or not
 * there is an account: they queue one mail, and its composer decides later what to send.
 */

import { gotEnoughMails, type Throttle } from "../credential/throttle.ts";
import { suggestedName, trimInvisible } from "../credential/typed-name.ts";
import { HubError } from "../http/hub-error.ts";
import { type Answer, type Call, type Route, route } from "../http/route.ts";
import { waitWords } from "../http/wait-words.ts";
import { parseAddress } from "../mail/address.ts";
import type { QueueMail } from "../mail/queue-mail.ts";
import type { SignUpMode } from "../settings/env.ts";
import {
  addressOf,
  type Field,
  forgotPasswordPath,
  loginAddress,
  signUpPath,
} from "../sign-in/login-address.ts";
import {
  readDestination,
  type SignUpDestination,
  type SignUpDestinationNeeds,
  storedDestination,
} from "./destination.ts";
import { checkForm, type LinkFormNeeds, startForm } from "./link-form.ts";

export interface RequestLinkNeeds extends SignUpDestinationNeeds, LinkFormNeeds {
  readonly signUpMode: SignUpMode;
  /** Whether mail reaches anybody. */
  readonly mailIsOn: boolean;
  /** Page that shows the mails where no mail server is set. */
  readonly mailsAt: string | null;
  readonly throttle: Pick<Throttle, "count">;
  readonly queueMail: QueueMail;
}

/** Longest username or address that the form accepts, in characters. */
const longestIdentifier = 254;

interface Typed {
  readonly text: string;
  readonly error: string | null;
}

export function requestLinkRoutes(needs: RequestLinkNeeds): Route[] {
  return [
    route({
      method: "GET",
      path: signUpPath,
      caller: "anyone",
      antiForgery: "changes-nothing",
      sends: "query",
      typed: ["name"],
      speaks: "html",
      answer: async (call, { parameters }) =>
        showSignUp(needs, call, readDestination(needs, call, parameters), {
          text: suggestedName(parameters.get("name"), longestIdentifier),
          error: null,
        }),
    }),
    route({
      method: "POST",
      path: signUpPath,
      caller: "anyone",
      antiForgery: "flow-token",
      sends: "form",
      typed: ["email"],
      speaks: "html",
      async answer(call, { parameters }) {
        const destination = readDestination(needs, call, parameters);
        checkForm(needs, call, parameters, addressOf(signUpPath, destination.fields));
        const text = trimInvisible(parameters.get("email") ?? "");
        const email = parseAddress(text);
        if (needs.signUpMode === "off")
          return showSignUp(needs, call, destination, { text: "", error: null });
        if (email === null) return showSignUp(needs, call, destination, { text, error: addressFault(text) });
        return sendLink(needs, call, destination, { purpose: "sign-up", recipient: email });
      },
    }),
    route({
      method: "GET",
      path: forgotPasswordPath,
      caller: "anyone",
      antiForgery: "changes-nothing",
      sends: "query",
      typed: ["name"],
      speaks: "html",
      answer: async (call, { parameters }) =>
        showForgotPassword(needs, call, readDestination(needs, call, parameters), {
          text: suggestedName(parameters.get("name"), longestIdentifier),
          error: null,
        }),
    }),
    route({
      method: "POST",
      path: forgotPasswordPath,
      caller: "anyone",
      antiForgery: "flow-token",
      sends: "form",
      typed: ["identifier"],
      speaks: "html",
      async answer(call, { parameters }) {
        const destination = readDestination(needs, call, parameters);
        checkForm(needs, call, parameters, addressOf(forgotPasswordPath, destination.fields));
        const text = trimInvisible(parameters.get("identifier") ?? "");
        if (!needs.mailIsOn) return showForgotPassword(needs, call, destination, { text: "", error: null });
        const error = identifierFault(text);
        if (error !== null) return showForgotPassword(needs, call, destination, { text, error });
        return sendLink(needs, call, destination, { purpose: "password-reset", recipient: text });
      },
    }),
  ];
}

/** Header lines cannot be added either: an address has no line breaks. */
function addressFault(text: string): string {
  if (text === "") return "Enter your email address.";
  if (/[^\p{ASCII}]/u.test(text.split("@")[0] ?? ""))
    return "The part before the @ has letters that can look like others. Enter an address with the letters a to z.";
  return "Enter an email address such as name@example.com.";
}

/** Both kinds of names are accepted, so only what can be neither is refused. */
function identifierFault(text: string): string | null {
  if (text === "") return "Enter your username or email.";
  if ([...text].length > longestIdentifier || /[\p{C}\p{Zl}\p{Zp}]/u.test(text))
    return "This is no username and no email. Check it and try again.";
  return null;
}

async function sendLink(
  needs: RequestLinkNeeds,
  call: Call,
  destination: SignUpDestination,
  { purpose, recipient }: { readonly purpose: "sign-up" | "password-reset"; readonly recipient: string },
): Promise<Answer> {
  const counted = await needs.throttle.count("mail", { purpose, account: recipient, address: call.address });
  const enough = gotEnoughMails(counted);
  if (!counted.allowed && !enough) throw tooManyRequests(counted.retryInSeconds, destination);
  if (!enough)
    await needs.queueMail({
      kind: purpose,
      recipient,
      facts: { destination: storedDestination(destination) },
    });
  call.log.info({ event: "link.requested", purpose, address: call.address, enough }, "link requested");
  const path = purpose === "sign-up" ? signUpPath : forgotPasswordPath;
  return {
    screen: {
      name: "check-mail",
      model: {
        purpose: purpose === "sign-up" && needs.signUpMode === "invitation" ? "invitation" : purpose,
        recipient,
        enough,
        again: addressOf(path, destination.fields),
        signIn: loginAddress(destination.fields),
        mailsAt: needs.mailsAt,
      },
    },
  };
}

function tooManyRequests(retryInSeconds: number, { fields }: SignUpDestination): HubError {
  return new HubError(
    429,
    "too_many_attempts",
    "Please wait a little",
    [
      `Many mails were requested from your network. You can request another one in ${waitWords(retryInSeconds)}.`,
      "Mails that you requested before may have arrived: their links work.",
    ],
    { "retry-after": String(retryInSeconds) },
    { label: "Back to sign in", href: loginAddress(fields) },
  );
}

function showSignUp(
  needs: RequestLinkNeeds,
  call: Call,
  destination: SignUpDestination,
  { text, error }: Typed,
): Answer {
  const form = startForm(needs, call);
  return {
    screen: {
      name: "sign-up",
      model: {
        ...formModel(destination, signUpPath, form.token),
        mode: needs.signUpMode,
        email: text.slice(0, longestIdentifier),
        error,
      },
    },
    status: error === null ? 200 : 400,
    cookies: form.cookies,
  };
}

function showForgotPassword(
  needs: RequestLinkNeeds,
  call: Call,
  destination: SignUpDestination,
  { text, error }: Typed,
): Answer {
  const form = startForm(needs, call);
  return {
    screen: {
      name: "forgot-password",
      model: {
        ...formModel(destination, forgotPasswordPath, form.token),
        mailIsOff: !needs.mailIsOn,
        identifier: text.slice(0, longestIdentifier),
        error,
      },
    },
    status: error === null ? 200 : 400,
    cookies: form.cookies,
  };
}

function formModel({ fields, site }: SignUpDestination, action: string, token: Field) {
  return {
    action,
    hidden: [token, ...fields],
    site: site === undefined ? null : { name: site.name, host: site.host },
    signIn: loginAddress(fields),
  };
}

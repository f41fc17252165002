/** Text of the page about a request that the issuer refuses. The name of the site comes from its registration. */
import type { RefusedScreen } from "../../screen/screen.ts";

export interface IssuerError {
  /** Error code of the protocol, shown as it is. */
  readonly code: string;
  /** Description for the operators of the site. */
  readonly description: string;
  /** The flow was not found: it has expired, or another browser began it. */
  readonly expired: boolean;
  /** The request was for one of the addresses of a sign-out. */
  readonly signingOut: boolean;
  /** Name of the requesting site; `undefined`: the request names no registered site. */
  readonly site: string | undefined;
}

type Words = Pick<RefusedScreen, "title" | "sentences" | "forItsPeople">;

export function describeIssuerError(error: IssuerError): Words {
  if (error.expired) return tookTooLong;
  if (error.code === "server_error") return ourFault;
  if (error.signingOut) return notSignedOut(error);
  if (error.code === "invalid_client") return unknownSite;
  if (error.code === "invalid_redirect_uri") return wrongAddress(error.site);
  return {
    title: "This did not work",
    sentences: [
      `The request${error.site === undefined ? "" : ` for ${error.site}`} that brought you here has an error. You were not signed in, and nothing was sent to any site.`,
      "Go back and try again. If you see this page again, tell the operators of the site.",
    ],
    forItsPeople: detailsOf(error),
  };
}

const tookTooLong: Words = {
  title: "This took too long",
  sentences: [
    "This sign-in has expired, or was started in another browser. Nothing was changed.",
    "Go back to the site and start again.",
  ],
};

const ourFault: Words = {
  title: "Something went wrong here",
  sentences: [
    "This is a fault on our side, and we have written it down. You did nothing wrong.",
    "Go back and try again in a few minutes.",
  ],
};

/** The same words as for an unregistered site that uses CAS. */
const unknownSite: Words = {
  title: "This site is not registered here",
  sentences: [
    "A site that may not use this sign-in sent you here. You were not signed in to it, and nothing was sent to it.",
    "Go back, and tell the operators of the site.",
  ],
  forItsPeople:
    "No registration has this client_id, or its registration has no OpenID Connect section. The hub’s log contains it under the reference below.",
};

/** Does not say that the site sent the user: anybody can make an address that names a site. */
function wrongAddress(site = "the site"): Words {
  return {
    title: "We cannot send you back",
    sentences: [
      `The link leads to an address that ${site} has not registered here. You were not signed in, and nothing was sent there.`,
      `Go to ${site} as you usually do, and start again. If you see this page again, tell its operators.`,
    ],
    forItsPeople:
      "Register exactly the address that is sent as redirect_uri. The hub’s log contains it under the reference below.",
  };
}

function notSignedOut(error: IssuerError): Words {
  return {
    title: "You were not signed out",
    sentences: [
      "The request to sign you out has an error. If you were signed in, you still are.",
      "To sign out, go to Gatehouse and choose “Sign out” there.",
    ],
    forItsPeople: detailsOf(error),
  };
}

function detailsOf({ description }: IssuerError): string | undefined {
  return description === "" ? undefined : `The error: ${description}.`;
}

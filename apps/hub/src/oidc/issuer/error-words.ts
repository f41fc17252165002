/** What people are told when the issuer cannot answer a request. Whose site it is comes from its registration. */
import type { RefusedScreen } from "../../screen.ts";

export interface IssuerError {
  /** Of the protocol; stands on the page as it is. */
  readonly code: string;
  /** For the people of the site, in the protocol's words. */
  readonly description: string;
  /** The flow under way was not found: its time is over, or another browser began it. */
  readonly expired: boolean;
  /** At one of the addresses of a sign-out. */
  readonly signingOut: boolean;
  /** The name of the site that the request is about; `undefined`: it named none that is registered. */
  readonly site: string | undefined;
}

type Words = Pick<RefusedScreen, "title" | "sentences" | "forItsPeople">;

export function issuerErrorWords(error: IssuerError): Words {
  if (error.expired) return tookTooLong;
  if (error.code === "server_error") return ourFault;
  if (error.signingOut) return notSignedOut(error);
  if (error.code === "invalid_client") return unknownSite;
  if (error.code === "invalid_redirect_uri") return wrongAddress(error.site);
  return {
    title: "This did not work",
    sentences: [
      `${error.site === undefined ? "A request" : `A request for ${error.site}`} brought you here that cannot be answered. You were not signed in, and nothing was sent to any site.`,
      "Go back and try again. If this page comes back, tell the people of the site.",
    ],
    forItsPeople: inItsWords(error),
  };
}

const tookTooLong: Words = {
  title: "This took too long",
  sentences: [
    "What you were doing has expired, or was begun in another browser. Nothing was changed.",
    "Go back to the site and begin once more.",
  ],
};

const ourFault: Words = {
  title: "Something went wrong here",
  sentences: [
    "This is a fault on our side, and we have written it down. You did nothing wrong.",
    "Go back and try again in a few minutes.",
  ],
};

/** The same as for a site that asks by CAS. */
const unknownSite: Words = {
  title: "This site is not registered here",
  sentences: [
    "You were sent here by a site that may not use this sign-in. You were not signed in to it, and nothing was sent to it.",
    "Go back, and tell the people of the site.",
  ],
  forItsPeople:
    "No registration has this client_id, or the one that has it says nothing about OpenID Connect. The hub’s log names it, under the reference below.",
};

/** Who sent her is not known: anybody can make an address that names a site. */
function wrongAddress(site = "the site"): Words {
  return {
    title: "We cannot send you back",
    sentences: [
      `You were to be sent on to an address that ${site} has not registered here. You were not signed in, and nothing was sent there.`,
      `Go to ${site} as you usually do, and begin once more. If this page comes back, tell its people.`,
    ],
    forItsPeople:
      "Register the address that is sent as redirect_uri, letter by letter. The hub’s log names it, under the reference below.",
  };
}

function notSignedOut(error: IssuerError): Words {
  return {
    title: "You were not signed out",
    sentences: [
      "A request to sign you out brought you here that cannot be followed. If you were signed in, you still are.",
      "To sign out, go to Gatehouse and choose “Sign out” there.",
    ],
    forItsPeople: inItsWords(error),
  };
}

function inItsWords({ description }: IssuerError): string | undefined {
  return description === "" ? undefined : `What was wrong with the request: ${description}.`;
}

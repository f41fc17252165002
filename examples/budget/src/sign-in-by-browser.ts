/** Authorization code with PKCE, brought back over a loopback address (RFC 8252, section 7.3). */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import * as client from "openid-client";
import { BudgetError } from "./budget-error.ts";
import type { Settings } from "./env.ts";
import { findIssuer, toKeep, wanted } from "./issuer.ts";
import type { KeptTokens } from "./kept-tokens.ts";

/** @param say shows a line to the user */
export async function signInByBrowser(settings: Settings, say: (line: string) => void): Promise<KeptTokens> {
  const issuer = await findIssuer(settings);
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const verifier = client.randomPKCECodeVerifier();
    const state = client.randomState();
    const address = client.buildAuthorizationUrl(issuer, {
      ...wanted(settings),
      redirect_uri: `${origin}/callback`,
      state,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
    });
    say(`Open this address, and say what the budget tool may see:\n\n  ${address}\n`);
    const returned = await comeBack(server, origin, state);
    const checks = { pkceCodeVerifier: verifier, expectedState: state };
    return toKeep(await client.authorizationCodeGrant(issuer, returned, checks));
  } catch (error) {
    if (error instanceof client.AuthorizationResponseError)
      throw new BudgetError(error.error, "The hub gave no access. Nothing was kept.", error);
    throw error;
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

/** Waits for the callback. Any local program can call the address; only a request with the state belongs to this sign-in. */
function comeBack(server: Server, origin: string, state: string): Promise<URL> {
  return new Promise((resolve) => {
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      const url = new URL(request.url ?? "/", origin);
      const isIt = url.pathname === "/callback" && url.searchParams.get("state") === state;
      const headers = { "content-type": "text/html; charset=utf-8", connection: "close" };
      response.writeHead(isIt ? 200 : 404, headers).end(isIt ? done : "Nothing here.", () => {
        if (isIt) resolve(url);
      });
    });
  });
}

const done = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,"><title>Back to the budget tool</title><style>:root{color-scheme:light dark;font:1rem/1.5 system-ui}body{margin:20vh auto;max-width:24rem;padding:0 1rem}</style>
<h1>Back to the terminal</h1><p>The budget tool has its answer. You can close this window.</p></html>`;

/** Programs that sign in by the device flow, with a client library from npm. */
import * as client from "openid-client";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";

export let opened: TestHub;
export let alice: TestPerson;
export let tool: client.Configuration;
export let other: client.Configuration;

export const resource = "https://api.example/";
export const scope = "openid profile email transactions.read";
const program = (id: string) => ({
  id,
  name: `The ${id}`,
  url: `https://${id}.example/`,
  firstParty: false,
  oidc: {
    grants: ["device_code", "refresh_token"],
    scopes: ["openid", "profile", "email", "offline_access", "transactions.read"],
    clientAuthentication: "none",
    applicationType: "native",
  },
});

/** Opens the hub with an API and two programs. */
export async function openDeviceFixture(): Promise<void> {
  opened = await openTestHub({
    environment: { LOGIN_THROTTLE: "on" },
    sites: ({ bank }) => ({
      bank: bank.registration({
        api: {
          resource,
          scopes: { "transactions.read": "see your transactions", "transfers.write": "move money" },
        },
      }),
      tool: program("tool"),
      other: program("other"),
    }),
  });
  alice = await opened.createPerson();
  const configure = async (id: string) => {
    const options = { execute: [client.allowInsecureRequests], [client.customFetch]: toTheHub };
    const issuer = new URL(`${opened.origin}/oidc`);
    const configuration = await client.discovery(issuer, id, {}, client.None(), options);
    configuration[client.customFetch] = toTheHub;
    return configuration;
  };
  [tool, other] = await Promise.all([configure("tool"), configure("other")]);
}

export const closeDeviceFixture = (): Promise<void> => opened.close();

/** Node's resolver does not know the hub's public host. */
const toTheHub: client.CustomFetch = (url, options) =>
  fetch(url.replace(opened.origin, `http://127.0.0.1:${opened.port}`), options as RequestInit);

export const begin = (more: Record<string, string> = {}) =>
  client.initiateDeviceAuthorization(tool, { scope, resource, ...more });

/** Polls once. @returns the tokens, or the error */
export async function ask(deviceCode: string, from = tool) {
  try {
    return await client.genericGrantRequest(from, "urn:ietf:params:oauth:grant-type:device_code", {
      device_code: deviceCode,
    });
  } catch (error) {
    return (error as client.ResponseBodyError).error;
  }
}

export const signedIn = async () => {
  const browser = new TestBrowser(opened);
  await browser.signIn(alice);
  return browser;
};

export async function enter(browser: TestBrowser, code: string) {
  const page = await browser.get("/oidc/device");
  const { action, hidden } = page.screen("device-code");
  return browser.post(action, { ...fieldsOf(hidden), user_code: code });
}

export const fieldsOf = (hidden: readonly { readonly name: string; readonly value: string }[]) =>
  Object.fromEntries(hidden.map(({ name, value }) => [name, value]));

export async function decide(browser: TestBrowser, code: string, fields: Record<string, string>) {
  const { action, hidden } = (await enter(browser, code)).screen("consent");
  return browser.post(action, { ...fieldsOf(hidden), ...fields });
}
export const all = {
  answer: "allow",
  "allow:profile": "true",
  "allow:email": "true",
  "allow:bank:transactions.read": "true",
  duration: "90",
};
export const tokens = (answer: Awaited<ReturnType<typeof ask>>) => {
  if (typeof answer === "string" || answer === undefined) throw new Error(`refused: ${answer}`);
  return answer;
};

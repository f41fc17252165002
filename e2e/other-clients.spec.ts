/** Other CAS clients: sites that receive the ticket by POST, and sites that the hub cannot reach. */
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { inflateSync } from "node:zlib";
import { gatehouseTest as base, expect, fillSignInForm } from "@gatehouse/testing";
import { OwnHub } from "./own-hub.ts";
import { originOf } from "./own-origin.ts";

/** A site behind its own hub; records what it receives. */
interface OldSite {
  readonly hub: OwnHub;
  readonly origin: string;
  readonly received: readonly { readonly method: string; readonly url: URL; readonly body: string }[];
  readonly person: { readonly username: string; readonly password: string };
}

const test = base.extend<{ oldSite: OldSite }>({
  oldSite: async ({ browserFaults }, use) => {
    const folder = await mkdtemp(join(tmpdir(), "gatehouse-old-site-"));
    const received: { method: string; url: URL; body: string }[] = [];
    const server = createServer(async (request: IncomingMessage, response) => {
      const url = new URL(request.url ?? "/", origin);
      received.push({ method: request.method ?? "", url, body: await text(request) });
      response.setHeader("content-type", "text/html").end("<!DOCTYPE html><title>Old Site</title>Welcome");
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const origin = originOf("old", (server.address() as AddressInfo).port);
    const cas = { services: [`${origin}/**`], logoutUrl: `${origin}/out`, logoutChannel: "front" };
    const registration = { id: "old", name: "Old Site", url: `${origin}/`, firstParty: true, cas };
    await writeFile(join(folder, "old.json"), JSON.stringify(registration));
    const hub = await OwnHub.inFolder(join(folder, "data"), { SITES_DIR: folder });
    await hub.start();
    const person = { username: "olga", password: "a password of this test" };
    await hub.createPerson(person.username, person.password);
    await use({ hub, origin, received, person });
    await browserFaults.closePages();
    await hub.stop();
    server.close();
    server.closeAllConnections();
    await rm(folder, { recursive: true, force: true });
  },
});
test.setTimeout(120_000);

const loginAt = ({ hub, origin }: OldSite, more: Record<string, string> = {}) =>
  `${hub.origin}/cas/login?${new URLSearchParams({ service: `${origin}/in?a=b`, ...more })}`;

async function validate({ hub, origin }: OldSite, ticket: string): Promise<string> {
  const query = new URLSearchParams({ service: `${origin}/in?a=b`, ticket });
  return (await fetch(`${hub.origin}/cas/serviceValidate?${query}`)).text();
}

for (const javaScriptEnabled of [true, false]) {
  test(`2.1.1 method=POST brings the ticket by a form, ${javaScriptEnabled ? "by itself" : "without JavaScript by a button"}`, async ({
    browser,
    oldSite,
  }) => {
    const context = await browser.newContext({ javaScriptEnabled });
    const page = await context.newPage();
    await page.goto(loginAt(oldSite, { method: "POST" }));
    await fillSignInForm(page, oldSite.person);
    if (!javaScriptEnabled) await page.getByRole("button", { name: "Continue to Old Site" }).click();
    await expect(page).toHaveURL(`${oldSite.origin}/in?a=b`);
    const post = oldSite.received.find(({ method }) => method === "POST");
    const ticket = new URLSearchParams(post?.body).get("ticket") ?? "";
    expect(await validate(oldSite, ticket)).toContain("<cas:user>olga</cas:user>");
    await context.close();
  });

  test(`2.3.3 front channel: the page after a sign-out notifies the site, JavaScript ${javaScriptEnabled ? "on" : "off"}`, async ({
    browser,
    oldSite,
  }) => {
    const context = await browser.newContext({ javaScriptEnabled });
    const page = await context.newPage();
    await page.goto(loginAt(oldSite));
    await fillSignInForm(page, oldSite.person);
    await expect(page).toHaveTitle("Old Site");
    const ticket = new URL(page.url()).searchParams.get("ticket") ?? "";
    await validate(oldSite, ticket);

    const told = () => oldSite.received.find(({ url }) => url.pathname === "/out")?.url.searchParams;
    const back = new URLSearchParams({ service: `${oldSite.origin}/` });
    await page.goto(`${oldSite.hub.origin}/cas/logout?${back}`);
    await expect.poll(told, { message: "the site is told" }).toBeDefined();
    const message = inflateSync(Buffer.from(told()?.get("logoutRequest") ?? "", "base64")).toString();
    expect(message).toContain(`<samlp:SessionIndex>${ticket}</samlp:SessionIndex>`);
    await page.getByRole("link", { name: "Continue to Old Site" }).click();
    await expect(page).toHaveURL(`${oldSite.origin}/`);
    await context.close();
  });
}

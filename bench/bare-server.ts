/**
 * A CAS round without a hub around it: a Node server that runs the same statements through the
 * same stores and does nothing else. No parsing of parameters worth the name, no decisions, no headers.
 */
import { createServer } from "node:http";
import { createTicketId } from "@gatehouse/cas/server";
import { openDatabase } from "@gatehouse/database";

const database = await openDatabase({
  dataDirectory: process.env.DATA_DIR ?? "",
  idleSeconds: 1800,
  maxSeconds: 86_400,
});

async function issue(
  kind: "ST" | "PT",
  service: string,
  from: { readonly sessionId: string; readonly proxies: readonly string[] },
): Promise<string> {
  const id = createTicketId(kind);
  await database.tickets.issue({
    id,
    service,
    siteId: "shop",
    fromNewLogin: false,
    lifeSeconds: 10,
    ...from,
  });
  return id;
}

createServer(async (request, response) => {
  const url = new URL(request.url ?? "/", "http://bare");
  const service = url.searchParams.get("service") ?? "";
  if (url.pathname === "/login") {
    const found = await database.sessions.find(request.headers.authorization ?? "", { touch: true });
    if (found.state !== "alive") return void response.writeHead(401).end();
    const id = await issue("ST", service, { sessionId: found.session.id, proxies: [] });
    response.writeHead(303, { location: `${service}&ticket=${id}` }).end();
  } else if (url.pathname === "/proxy") {
    const granted = await database.proxyGrantingTickets.find(url.searchParams.get("pgt") ?? "");
    if (granted === null) return void response.writeHead(401).end();
    const { sessionId, proxies } = granted;
    response.end(await issue("PT", service, { sessionId, proxies }));
  } else if (url.pathname === "/validate") {
    const ticket = url.searchParams.get("ticket") ?? "";
    const result = await database.tickets.consume(ticket, { service, renew: false });
    response.end(result.outcome === "valid" ? `<user>${result.principal.user}</user>` : "no");
  } else if (url.pathname === "/page") {
    response.setHeader("content-type", "text/html").end("<!doctype html><title>page</title>");
  } else {
    response.end("ok");
  }
}).listen(Number(process.env.PORT), "127.0.0.1");

process.on("SIGTERM", () => database.close().then(() => process.exit(0)));

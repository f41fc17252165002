/**
 * Sign-ins and CAS rounds without a hub around them: a Node server that runs the same statements through the
 * same stores and does nothing else. No parsing of parameters worth the name, no decisions, no headers.
 */
import { createServer, type IncomingMessage } from "node:http";
import { createTicketId } from "@gatehouse/cas/server";
import { openDatabase } from "@gatehouse/database";
import { verify } from "@node-rs/argon2";

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

async function signIn(form: URLSearchParams): Promise<string | undefined> {
  if (!(await database.loginTickets.consume(form.get("lt") ?? "", 3600))) return undefined;
  const found = await database.people.findForSignIn(form.get("username") ?? "");
  if (found === null || !(await verify(found.passwordHash ?? "", form.get("password") ?? "")))
    return undefined;
  const { id } = await database.sessions.start({
    personId: found.person.id,
    token: createTicketId("TGT"),
    userAgent: "",
    amr: ["pwd"],
    address: "127.0.0.1",
    longTerm: false,
  });
  return id;
}

createServer(async (request, response) => {
  const url = new URL(request.url ?? "/", "http://bare");
  const service = url.searchParams.get("service") ?? "";
  const sendTicket = async (sessionId: string): Promise<void> => {
    const id = await issue("ST", service, { sessionId, proxies: [] });
    response.writeHead(303, { location: `${service}&ticket=${id}` }).end();
  };
  if (url.pathname === "/login" && request.method === "POST") {
    const sessionId = await signIn(new URLSearchParams(await bodyOf(request)));
    if (sessionId === undefined) return void response.writeHead(401).end();
    await sendTicket(sessionId);
  } else if (url.pathname === "/login") {
    const found = await database.sessions.find(request.headers.authorization ?? "", { touch: true });
    if (found.state !== "alive") return void response.writeHead(401).end();
    await sendTicket(found.session.id);
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

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

process.on("SIGTERM", () => database.close().then(() => process.exit(0)));

import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

const person = { username: "alice", id: "person-1", name: "Alice Ångström", email: "Alice@example.com" };

/** A hub for tests: answers a site's requests with the text that goes over the wire. */
export class HubInTest {
  readonly checks: {
    sessionIndex: string;
    active: boolean;
    groups?: boolean;
    requestId: string | undefined;
  }[] = [];
  readonly validations: string[] = [];
  readonly #tickets = new Map<string, string>();
  readonly #ended = new Map<string, string>();
  readonly #server = createServer((request, reply) => this.#answer(request, reply));
  siteSecret = "";
  /** Time of the user's authentication, in milliseconds. */
  authenticatedAt = Date.now();
  /** Age of the authentication in the session check's answer; absent for an older hub. */
  authenticatedSecondsAgo: number | undefined;
  /** Strength of the sign-in in the session check's answer; absent for an older hub. */
  acr: string | undefined;
  person: Partial<typeof person> & { readonly groups?: unknown } = person;
  /** The session check returns groups; older hubs do not. */
  givesGroups = true;
  /** Cuts every connection, as a hub that is down. */
  down = false;
  /** Breaks off in the middle of every answer. */
  breaksOff = false;
  /** Answers every session check with this, when set. */
  checkAnswer: { status: number; body: string; date?: string } | null = null;
  healthChecks = 0;
  healthDelayMs = 0;
  healthAnswer = {
    status: 200,
    type: "application/json; charset=utf-8",
    body: '{"service":"gatehouse-hub"}',
  };
  /** Answers every validation with this, when set. */
  validateAnswer: string | null = null;

  async start(): Promise<void> {
    await new Promise<void>((started) => this.#server.listen(0, "127.0.0.1", started));
  }

  async stop(): Promise<void> {
    await new Promise((stopped) => {
      this.#server.close(stopped);
      this.#server.closeAllConnections();
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Signs the user in at the hub; returns the address that the browser is redirected to. */
  signIn(loginUrl: string): string {
    const ticket = `ST-${randomBytes(15).toString("hex").slice(0, 29)}`;
    const service = new URL(loginUrl).searchParams.get("service") ?? "";
    this.#tickets.set(ticket, service);
    return `${service}&ticket=${ticket}`;
  }

  end(sessionIndex: string, reason: string): void {
    this.#ended.set(sessionIndex, reason);
  }

  /** Answers requests of another protocol; true: answered. */
  protected async answerMore(_url: URL, _request: IncomingMessage, _reply: ServerResponse): Promise<boolean> {
    return false;
  }

  async #answer(request: IncomingMessage, reply: ServerResponse): Promise<void> {
    if (this.down) return void request.socket.destroy();
    if (this.breaksOff) {
      reply.sendDate = false;
      reply.writeHead(200, { "content-type": "application/json", "content-length": 1_000 });
      return void reply.write('{"', () => request.socket.destroy());
    }
    const url = new URL(request.url ?? "", this.url);
    if (url.pathname === "/sites/v1/sessions/check") return this.#check(request, reply);
    if (url.pathname === "/healthz") {
      this.healthChecks++;
      await pause(this.healthDelayMs);
      const { status, body, type } = this.healthAnswer;
      return void reply.writeHead(status, { "content-type": type }).end(body);
    }
    if (await this.answerMore(url, request, reply)) return;
    this.validations.push(url.search);
    const answer = this.validateAnswer ?? this.#validate(url.searchParams);
    reply.setHeader("content-type", "application/json; charset=utf-8").end(answer);
  }

  async #check(request: IncomingMessage, reply: ServerResponse): Promise<void> {
    const body = JSON.parse(Buffer.concat(await request.toArray()).toString());
    this.checks.push({ ...body, requestId: request.headers["x-request-id"] });
    if (this.checkAnswer) {
      if (this.checkAnswer.date) reply.setHeader("date", this.checkAnswer.date);
      return void reply.writeHead(this.checkAnswer.status).end(this.checkAnswer.body);
    }
    const expected = `Basic ${Buffer.from(`shop:${this.siteSecret}`).toString("base64")}`;
    if (request.headers.authorization !== expected) return void reply.writeHead(401).end();
    const reason = this.#ended.get(body.sessionIndex);
    reply.end(
      JSON.stringify(
        reason
          ? { active: false, reason, ...(reason === "idle" && { idleSeconds: 1800 }) }
          : {
              active: true,
              authenticatedSecondsAgo: this.authenticatedSecondsAgo,
              acr: this.acr,
              ...(body.groups && this.givesGroups && { groups: this.person.groups }),
            },
      ),
    );
  }

  #validate(query: URLSearchParams): string {
    const ticket = query.get("ticket") ?? "";
    const service = this.#tickets.get(ticket);
    this.#tickets.delete(ticket);
    if (!service) return response(failure("INVALID_TICKET"));
    if (service !== query.get("service")) return response(failure("INVALID_SERVICE"));
    const { username: user, ...released } = this.person;
    const standard = {
      authenticationDate: new Date(this.authenticatedAt).toISOString(),
      longTermAuthenticationRequestTokenUsed: false,
      isFromNewLogin: query.get("renew") === "true",
    };
    return response({ authenticationSuccess: { user, attributes: { ...standard, ...released } } });
  }
}

/** A CAS answer around this. */
export function response(outcome: object): string {
  return JSON.stringify({ serviceResponse: outcome });
}

/** A CAS failure of this code. */
export function failure(code: string): object {
  return { authenticationFailure: { code, description: "No <ticket>" } };
}

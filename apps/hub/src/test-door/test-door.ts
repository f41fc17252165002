/** `/test/v1`: the test door, for tests of sites behind the hub. Mounted only with `HUB_MODE=test`. */
import {
  type CentralSessionStore,
  type MailStore,
  type PasswordStore,
  PersonExists,
  type PersonStore,
} from "@gatehouse/database";
import type { TestClock } from "@gatehouse/database/test-clock";
import { z } from "zod";
import { hashPassword } from "../credential/password.ts";
import { typingFault } from "../credential/password-rule.ts";
import { HubError } from "../http/hub-error.ts";
import { type Answer, type Call, json, type Route, route, type Sent } from "../http/route.ts";
import type { LogoutDispatcher } from "../logout/logout-dispatcher.ts";
import type { Dispatcher } from "../outbox/dispatcher.ts";
import type { UpkeepTask } from "../session/upkeep.ts";
import type { MovableClock } from "./movable-clock.ts";

export interface TestDoorNeeds {
  readonly people: Pick<PersonStore, "create" | "remove" | "setDisabled">;
  readonly passwords: Pick<PasswordStore, "setMustChange">;
  readonly sessions: Pick<CentralSessionStore, "end">;
  readonly logout: Pick<LogoutDispatcher, "drain" | "wake">;
  readonly mail: Pick<Dispatcher, "drain">;
  readonly mails: Pick<MailStore, "list">;
  readonly runUpkeep: UpkeepTask;
  /** The clock that the hub was opened with. */
  readonly clock: MovableClock;
  /** The clock of the database. */
  readonly databaseClock: Pick<TestClock, "advance" | "reset">;
}

const newPerson = z.strictObject({
  username: z.string().regex(/^[a-z0-9._-]{1,64}$/),
  name: z.string().min(1).max(200),
  email: z.email(),
  password: z.string().superRefine((password, context) => {
    const fault = typingFault(password, 8);
    if (fault !== undefined) context.addIssue({ code: "custom", message: fault });
  }),
  operator: z.boolean().default(false),
  groups: z.array(z.string()).default([]),
  mustChangePassword: z.boolean().default(false),
});
const mailbox = z.strictObject({ recipient: z.string() });
const move = z.strictObject({
  advanceSeconds: z
    .number()
    .int()
    .min(1)
    .max(10 * 365 * 86_400),
});

export const testDoorRoutes = ({
  people,
  passwords,
  sessions,
  logout,
  mail,
  mails,
  runUpkeep,
  clock,
  databaseClock,
}: TestDoorNeeds): Route[] => [
  door("POST", "/test/v1/people", async (_, sent) => {
    const { password, mustChangePassword, ...person } = read(newPerson, sent);
    const passwordHash = await hashPassword(password);
    try {
      const made = await people.create({ ...person, password: { hash: passwordHash, standsAlone: true } });
      if (mustChangePassword) await passwords.setMustChange(made.id, passwordHash, true);
      return json(201, { id: made.id });
    } catch (error) {
      if (error instanceof PersonExists)
        throw new HubError(409, "person_taken", "Taken", ["Username or email belongs to somebody."]);
      throw error;
    }
  }),
  door("DELETE", "/test/v1/people/:id", async (call) => {
    const id = call.pathParameter("id");
    await sessions.end({ personId: id }, "ended-by-operator");
    await logout.drain();
    await people.remove(id);
    return json(200, {});
  }),
  door("POST", "/test/v1/people/:id/disable", async (call) => {
    const id = call.pathParameter("id");
    await people.setDisabled(id, true);
    await sessions.end({ personId: id }, "disabled");
    return json(200, {}, { afterwards: logout.wake });
  }),
  door("POST", "/test/v1/mails", async (_, sent) => {
    const { recipient } = read(mailbox, sent);
    await mail.drain();
    const written = await mails.list(100, recipient);
    return json(
      200,
      written.flatMap(({ kind, content }) => (content === null ? [] : { kind, ...content })),
    );
  }),
  door("POST", "/test/v1/clock", async (_, sent) => {
    const { advanceSeconds } = read(move, sent);
    clock.advance(advanceSeconds);
    await databaseClock.advance(advanceSeconds);
    return json(200, { now: clock.now() });
  }),
  door("DELETE", "/test/v1/clock", async () => {
    clock.reset();
    await databaseClock.reset();
    return json(200, { now: clock.now() });
  }),
  door("POST", "/test/v1/sweep", async () => {
    await runUpkeep();
    return json(200, {});
  }),
];

function door(
  method: "POST" | "DELETE",
  path: string,
  answer: (call: Call, sent: Sent) => Promise<Answer>,
): Route {
  const takesBody = method === "POST" && !/sweep|disable/.test(path);
  return route({
    method,
    path,
    caller: "tester",
    antiForgery: "header-credentials",
    sends: takesBody ? "json" : "nothing",
    speaks: "json",
    answer,
  });
}

function read<Output>(schema: z.ZodType<Output>, sent: Sent): Output {
  const result = schema.safeParse(sent.json);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new HubError(400, "invalid_request", "This cannot be read", [
    `${issue?.path.join(".") || "The body"}: ${issue?.message ?? "wrong"}`,
  ]);
}

/**
 * Measures whether the time of an answer reveals who has an account: sends forms for known and unknown names in random order,
 * each from another address. The throttle is on.
 */
import { randomInt, randomUUID } from "node:crypto";
import type { Pool } from "undici";
import { get, hiddenFields, postForm } from "./browser.ts";
import { at, round, secondsEach } from "./compare.ts";
import { startHub } from "./hub.ts";
import type { Line, Measurement } from "./measurement.ts";
import { createPeople, emailOf } from "./people.ts";
import { onStage } from "./stage.ts";

/** Largest accepted difference, in milliseconds. A password takes about 12 to verify, and a network varies more. */
const mostDifference = 5;

interface Form {
  readonly path: string;
  /** Typed fields, for a known or unknown name. */
  readonly typed: (username: string) => Record<string, string>;
  /** Status of the answer. */
  readonly status: number;
}

const forms: Readonly<Record<string, Form>> = {
  "wrong password": {
    path: "/cas/login",
    typed: (username) => ({ username, password: "a wrong password" }),
    status: 303,
  },
  "forgotten password": { path: "/forgot-password", typed: (identifier) => ({ identifier }), status: 200 },
  "sign-up": { path: "/sign-up", typed: (username) => ({ email: emailOf(username) }), status: 200 },
};

export function measureTiming(): Promise<Measurement> {
  return onStage(async (stage) => {
    const hub = await startHub(stage, { LOGIN_THROTTLE: "on", TRUST_PROXY: "127.0.0.1", SIGN_UP: "open" });
    const pool = stage.connect(hub.url);
    const nextUser = await createPeople(hub);
    const measured: Record<string, Compared> = {};
    for (const [name, form] of Object.entries(forms))
      measured[name] = await compareNames(pool, form, nextUser);
    return {
      title: "Answers for known and unknown names: difference of the medians, in ms",
      lines: Object.entries(measured).map(([name, compared]) => differenceLine(name, compared)),
      measured,
      isCheck: true,
    };
  });
}

interface Compared {
  readonly known: number;
  readonly unknown: number;
  readonly difference: number;
  readonly rounds: number;
}

async function compareNames(pool: Pool, form: Form, nextUser: () => string): Promise<Compared> {
  const times: Record<"known" | "unknown", number[]> = { known: [], unknown: [] };
  for (let warmUp = 0; warmUp < 20; warmUp++) await timeOf(pool, form, `warm-up-${randomUUID()}`);
  const end = performance.now() + 2 * secondsEach * 1000;
  while (performance.now() < end) {
    const known = nextUser();
    // The unknown name is as long, and used as often, as the known one: the hub sends a recipient only five mails in ten minutes.
    const names = { known, unknown: known.replace("person", "nobody") };
    const inTurn = randomInt(2) === 0 ? (["known", "unknown"] as const) : (["unknown", "known"] as const);
    for (const which of inTurn) times[which].push(await timeOf(pool, form, names[which]));
  }
  const [known, unknown] = [median(times.known), median(times.unknown)];
  return {
    known: round(known, 2),
    unknown: round(unknown, 2),
    difference: round(Math.abs(known - unknown), 2),
    rounds: times.known.length,
  };
}

/** Milliseconds from sending the form to the end of the answer. */
async function timeOf(pool: Pool, { path, typed, status }: Form, username: string): Promise<number> {
  // Loading the page takes longer than composing the mail of the form before, which would delay this answer.
  const page = await get(pool, path);
  const form = { ...hiddenFields(page.body), ...typed(username) };
  const address = `10.${[0, 0, 0].map(() => randomInt(256)).join(".")}`;
  const headers = { cookie: page.cookies.join("; "), "x-forwarded-for": address };
  const began = performance.now();
  const answer = await postForm(pool, path, form, headers);
  const took = performance.now() - began;
  if (answer.status !== status) throw new Error(`${path} answered ${answer.status}, not ${status}`);
  return took;
}

const median = (times: readonly number[]) =>
  at(
    times.toSorted((a, b) => a - b),
    0.5,
  );

function differenceLine(name: string, { known, unknown, difference, rounds }: Compared): Line {
  const detail = `known ${known} ms, unknown ${unknown} ms, ${rounds} of each`;
  return { name, figure: difference, aim: { atMost: mostDifference }, detail };
}

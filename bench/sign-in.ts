/** Signing in with a password, against what the password hash alone costs. */
import { hash, verify } from "@node-rs/argon2";
import type { Pool } from "undici";
import { demoPerson, openForm, signIn } from "./browser.ts";
import { compare } from "./compare.ts";
import { startHub } from "./hub.ts";
import { runRounds } from "./load.ts";
import { type Measurement, ratioLine } from "./measurement.ts";
import { onStage } from "./stage.ts";

const atOnce = 16;
/** A sign-in takes a tenth of a second when sixteen wait for two processors. */
const turnSeconds = 2;

export function measureSignIn(): Promise<Measurement> {
  return onStage(async (stage) => {
    const hub = await startHub(stage);
    const pool = stage.connect(hub.url);
    const passwordHash = await hash(demoPerson.password, {
      algorithm: 2,
      memoryCost: 19_456,
      timeCost: 2,
      parallelism: 1,
    });
    const bareRound = async () => void (await verify(passwordHash, demoPerson.password));
    const signIns = await compare(
      async (seconds) => {
        // The form is not part of it, a person reads it first. Twice what the processor could verify meanwhile.
        const forms = await fetchForms(pool, Math.ceil(seconds * 400));
        const round = async () =>
          void (await signIn(pool, forms.pop() ?? (await openForm(pool)), demoPerson));
        return runRounds(round, atOnce, seconds);
      },
      (seconds) => runRounds(bareRound, atOnce, seconds),
      turnSeconds,
    );
    return {
      title: "Signing in, in ratio to bare Argon2id",
      lines: [ratioLine("16 at once", signIns, { atLeast: 0.75 })],
      measured: { atOnce, signIns },
    };
  });
}

async function fetchForms(pool: Pool, count: number) {
  const forms: Awaited<ReturnType<typeof openForm>>[] = [];
  while (forms.length < count)
    forms.push(...(await Promise.all(Array.from({ length: atOnce }, () => openForm(pool)))));
  return forms;
}

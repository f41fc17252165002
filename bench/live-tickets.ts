/** Cost of a round with a million unused tickets in the database, against a thousand. */
import { casRound, signInWorkers } from "./cas-round.ts";
import { compareRounds, type ServedRound, workers } from "./compare-rounds.ts";
import { fillTickets } from "./fill-tickets.ts";
import { startHub, withDatabase } from "./hub.ts";
import { costLine, type Measurement } from "./measurement.ts";
import { onStage, type Stage } from "./stage.ts";

const [many, few] = [1_000_000, 1_000];

export function measureLiveTickets(): Promise<Measurement> {
  return onStage(async (stage) => {
    // Two hubs with a database each, so that they can be measured in turns.
    const withFew = await prepareRound(stage, few);
    const withMany = await prepareRound(stage, many);
    const atOne = await compareRounds(withMany, withFew, 1);
    const atSixteen = await compareRounds(withMany, withFew, workers);
    return {
      title: "CAS round with a million live tickets: its cost in ratio to a thousand",
      lines: [
        costLine("one at a time", atOne, { atMost: 1.2 }),
        costLine("16 at once", atSixteen, { atMost: 1.2 }),
      ],
      measured: { tickets: { many, few }, atOne, atSixteen },
    };
  });
}

async function prepareRound(stage: Stage, tickets: number): Promise<ServedRound> {
  const hub = await startHub(stage);
  const pool = stage.connect(hub.url);
  const cookies = await signInWorkers(pool);
  await withDatabase(hub, (database) => fillTickets(database, tickets, 3600));
  return casRound(pool, cookies, hub);
}

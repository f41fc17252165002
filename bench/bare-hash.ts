/** Argon2id alone: `GET /?seconds=…` verifies a password, sixteen at once, and answers with the times. */
import { createServer } from "node:http";
import { hash, verify } from "@node-rs/argon2";
import { demoPerson } from "./browser.ts";
import { workers } from "./compare-rounds.ts";
import { runRounds } from "./load.ts";
import { hashParameters } from "./people.ts";

const passwordHash = await hash(demoPerson.password, hashParameters);

createServer(async (request, response) => {
  const seconds = Number(new URL(request.url ?? "/", "http://bare").searchParams.get("seconds"));
  const round = async (): Promise<void> => {
    if (!(await verify(passwordHash, demoPerson.password))) throw new Error("the password is right");
  };
  response.end(JSON.stringify(await runRounds(round, workers, seconds)));
}).listen(Number(process.env.PORT), "127.0.0.1");

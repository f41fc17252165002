import { keysRotate } from "./keys-commands.ts";
import { doctor, migrate } from "./operation-commands.ts";
import type { Command } from "./parse-command.ts";
import { sessionEnd, sessionList } from "./session-commands.ts";
import { siteAdd, siteCheck } from "./site-commands.ts";
import { siteRenewSecret } from "./site-renew-secret.ts";
import { userAdd, userDisable, userGroups } from "./user-commands.ts";

/** Every command, in the order the overview shows them. */
export const commands: readonly Command[] = [
  userAdd,
  userDisable,
  userGroups,
  siteAdd,
  siteCheck,
  siteRenewSecret,
  sessionList,
  sessionEnd,
  keysRotate,
  migrate,
  doctor,
];

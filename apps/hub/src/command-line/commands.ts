import { auditExport, auditList, auditVerify } from "./audit-commands.ts";
import { doctor, keysRotate, migrate } from "./operation-commands.ts";
import type { Command } from "./parse-command.ts";
import { sessionEnd, sessionList } from "./session-commands.ts";
import { siteAdd, siteCheck, siteList, siteRemove } from "./site-commands.ts";
import { siteRenewSecret } from "./site-renew-secret.ts";
import {
  userAdd,
  userDisable,
  userEnable,
  userGroups,
  userInvite,
  userList,
  userReset,
  userResetSecondStep,
  userWithdrawLinks,
} from "./user-commands.ts";

/** Every command, in the order the overview shows them. */
export const commands: readonly Command[] = [
  userList,
  userAdd,
  userInvite,
  userReset,
  userWithdrawLinks,
  userResetSecondStep,
  userDisable,
  userEnable,
  userGroups,
  siteList,
  siteAdd,
  siteRemove,
  siteCheck,
  siteRenewSecret,
  sessionList,
  sessionEnd,
  auditList,
  auditExport,
  auditVerify,
  keysRotate,
  migrate,
  doctor,
];

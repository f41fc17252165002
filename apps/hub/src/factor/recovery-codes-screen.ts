/** The page that shows recovery codes, once: after the first factor, and after a user made new ones. */
import type { RecoveryCodesScreen } from "../screen/screen.ts";
import type { HubKeys } from "../settings/secret-keys.ts";
import { groupedCode } from "./recovery-codes.ts";

export const downloadPath = "/account/security/recovery-codes/download";

export interface RecoveryCodesScreenNeeds {
  readonly keys: Pick<HubKeys, "note">;
}

export interface ShownRecoveryCodes extends Pick<RecoveryCodesScreen, "because" | "continueTo" | "token"> {
  readonly codes: readonly string[];
  readonly personId: string;
}

/** @param shown.token form token of the user's session */
export function recoveryCodesModel(
  { keys }: RecoveryCodesScreenNeeds,
  { codes, token, personId, because, continueTo }: ShownRecoveryCodes,
): RecoveryCodesScreen {
  return {
    codes: codes.map(groupedCode),
    download: {
      action: downloadPath,
      hidden: [
        { name: "token", value: token },
        { name: "codes", value: keys.note.seal(codes.join(" "), `recovery-codes ${personId}`) },
      ],
    },
    token,
    because,
    continueTo,
  };
}

import { Notice } from "@gatehouse/ui";
import type { AccountPage } from "../../src/screen/screen.ts";

export interface PlacedNoticeProps extends Pick<AccountPage, "notice"> {
  /** Place where this stands. */
  readonly at: string;
}

/** The result of the last action, where the action was. */
export function PlacedNotice({ notice, at }: PlacedNoticeProps) {
  if (notice?.at !== at) return null;
  return (
    <div className="account-notice">
      <Notice kind="done">
        <p>
          <bdi>{notice.text}</bdi>
        </p>
      </Notice>
    </div>
  );
}

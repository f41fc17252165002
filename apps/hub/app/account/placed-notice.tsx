import { Button, Notice } from "@gatehouse/ui";
import type { AccountPage } from "../../src/screen/screen.ts";

export interface PlacedNoticeProps extends Pick<AccountPage, "notice">, Partial<Pick<AccountPage, "token">> {
  /** Place where this stands. */
  readonly at: string;
}

/** The result of the last action, where the action was. */
export function PlacedNotice({ notice, at, token }: PlacedNoticeProps) {
  if (notice?.at !== at) return null;
  return (
    <div className="account-notice">
      <Notice kind="done">
        <p>
          <bdi>{notice.text}</bdi>
        </p>
        {notice.offersEnding === true && (
          <form method="post" action="/account/sessions/end-others">
            <input type="hidden" name="token" value={token} />
            <p>If somebody else may know how you sign in, sign out the other browsers too.</p>
            <Button kind="plain" busyLabel="Signing out …">
              Sign out everywhere else
            </Button>
          </form>
        )}
      </Notice>
    </div>
  );
}

import { Notice } from "@gatehouse/ui";
import type { Visitor } from "../visitor.ts";

interface RefusedNoticeProps {
  /** `user_changed` or `signed_out`; anything else shows nothing. */
  readonly refused: string | null;
  readonly person: Visitor["person"];
  /** Another notice says why nobody is signed in. */
  readonly isExplained: boolean;
}

/** Explains why a form from a page of an earlier user changed nothing. */
export function RefusedNotice({ refused, person, isExplained }: RefusedNoticeProps) {
  if (refused === "user_changed" && person !== null)
    return (
      <div className="notice">
        <Notice>
          <p>
            You are now signed in as <bdi>{person.name}</bdi>. The page before was opened by another user, so
            nothing was changed. This is your basket; to change it, choose again.
          </p>
        </Notice>
      </div>
    );
  if (refused === "signed_out" && person === null)
    return (
      <div className="notice">
        <Notice>
          <p>
            {isExplained
              ? "Nothing was changed."
              : "You are not signed in right now, so nothing was changed."}
          </p>
        </Notice>
      </div>
    );
  return null;
}

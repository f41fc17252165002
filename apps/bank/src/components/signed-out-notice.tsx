import type { SignedOutReason } from "@gatehouse/auth";
import { Notice } from "@gatehouse/ui";
import { whySignedOut } from "../auth.ts";

/** Next steps when signing in does not help. */
const NEXT: Readonly<Partial<Record<SignedOutReason, string>>> = {
  "hub-unavailable": "Please try again in a moment.",
  disabled: "The operator of the sign-in can tell you more.",
};

/** The reason why the user's session ended. Empty when there is none. */
export async function SignedOutNotice() {
  const signedOut = await whySignedOut();
  if (signedOut === null) return null;
  return (
    <div className="notice">
      <Notice>
        <p>
          {signedOut.sentence} {NEXT[signedOut.reason] ?? "Sign in to see your accounts."}
        </p>
      </Notice>
    </div>
  );
}

import { Notice } from "@gatehouse/ui";
import { whySignedOut } from "../auth.ts";
import { readEnvironment } from "../env.ts";
import { signedOutSentence } from "../signed-out-sentence.ts";

/** Tells somebody whose session ended why. Silent when nothing is known. */
export async function SignedOutNotice() {
  const reason = await whySignedOut();
  if (reason === null) return null;
  return (
    <div className="notice">
      <Notice>
        <p>
          {signedOutSentence(reason, readEnvironment().idleLimit)}{" "}
          {reason === "hub-unavailable" ? "Please try again in a moment." : "Sign in to see your accounts."}
        </p>
      </Notice>
    </div>
  );
}

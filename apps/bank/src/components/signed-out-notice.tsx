import { Notice } from "@gatehouse/ui";
import { whySignedOut } from "../auth.ts";

/** Tells somebody whose session ended why. Silent when nothing is known. */
export async function SignedOutNotice() {
  const signedOut = await whySignedOut();
  if (signedOut === null) return null;
  return (
    <div className="notice">
      <Notice>
        <p>
          {signedOut.sentence}{" "}
          {signedOut.reason === "hub-unavailable"
            ? "Please try again in a moment."
            : "Sign in to see your accounts."}
        </p>
      </Notice>
    </div>
  );
}

import type { SignedOutReason } from "@gatehouse/auth";
import { Notice } from "@gatehouse/ui";
import { signInUrl, whySignedOut } from "../auth.ts";

/** Where nobody has to be invited to sign in: she left by herself, or it would not help. */
const NEXT: Readonly<Partial<Record<SignedOutReason, string>>> = {
  "signed-out": "The basket you had is kept until you sign in again.",
  "hub-unavailable": "Your basket is safe and comes back with it.",
  disabled: "Your basket is kept. The operator of the sign-in can tell you more.",
};

/** Tells somebody whose session ended why, and that her basket waits. Silent when nothing is known. */
export async function SignedOutNotice({ path }: { path: string }) {
  const signedOut = await whySignedOut();
  if (signedOut === null) return null;
  return (
    <div className="notice">
      <Notice>
        <p>
          {signedOut.sentence}{" "}
          {NEXT[signedOut.reason] ?? (
            <>
              <a href={signInUrl(path)}>Sign in</a> to get back to your basket.
            </>
          )}
        </p>
      </Notice>
    </div>
  );
}

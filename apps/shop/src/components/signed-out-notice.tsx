import type { SignedOutReason } from "@gatehouse/auth";
import { Notice } from "@gatehouse/ui";
import { signInUrl, whySignedOut } from "../auth.ts";

/** Next steps for users who signed out themselves, or whom signing in does not help. */
const NEXT: Readonly<Partial<Record<SignedOutReason, string>>> = {
  "signed-out": "Your basket is kept, and is there again when you sign in.",
  "hub-unavailable": "Your basket is safe and comes back with it.",
  disabled: "Your basket is kept. The operator of the sign-in can tell you more.",
};

/** False where a new sign-in would not succeed. */
export function canSignIn(reason: SignedOutReason): boolean {
  return reason !== "disabled" && reason !== "hub-unavailable";
}

/** The reason why the user's session ended, and that the basket is kept. Empty when there is none. */
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

import { Notice } from "@gatehouse/ui";
import { signInUrl, whySignedOut } from "../auth.ts";
import { readEnvironment } from "../env.ts";
import { signedOutSentence } from "../signed-out-sentence.ts";

/** Tells somebody whose session ended why, and that her basket waits. Silent when nothing is known. */
export async function SignedOutNotice({ path }: { path: string }) {
  const reason = await whySignedOut();
  if (reason === null) return null;
  const sentence = signedOutSentence(reason, readEnvironment().idleLimit);
  return (
    <div className="notice">
      <Notice>
        <p>
          {sentence}{" "}
          {reason === "hub-unavailable" ? (
            "Your basket is safe and comes back with it."
          ) : (
            <>
              <a href={signInUrl(path)}>Sign in</a> to get back to your basket.
            </>
          )}
        </p>
      </Notice>
    </div>
  );
}

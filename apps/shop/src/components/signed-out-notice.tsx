import { Notice } from "@gatehouse/ui";
import { signInUrl, whySignedOut } from "../auth.ts";

/** Tells somebody whose session ended why, and that her basket waits. Silent when nothing is known. */
export async function SignedOutNotice({ path }: { path: string }) {
  const signedOut = await whySignedOut();
  if (signedOut === null) return null;
  return (
    <div className="notice">
      <Notice>
        <p>
          {signedOut.sentence}{" "}
          {signedOut.reason === "hub-unavailable" ? (
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

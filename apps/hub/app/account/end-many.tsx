import { Button, Confirm } from "@gatehouse/ui";

export interface EndManyProps {
  /** How many other browsers there are. */
  readonly others: number;
  /** Posted with every form. */
  readonly token: string;
}

/** Ends every other sign-in, or all of them. */
export function EndMany({ others, token }: EndManyProps) {
  return (
    <div className="end-many">
      {others > 0 && (
        <Confirm
          label={others === 1 ? "Sign out of the other browser" : `Sign out of the ${others} other browsers`}
          question="You stay signed in here. Everywhere else has to sign in again."
        >
          <EndForm action="/account/sessions/end-others" token={token} label="Sign out everywhere else" />
        </Confirm>
      )}
      <Confirm
        label="Sign out everywhere"
        question="You will be signed out in every browser, this one too, and on every site."
      >
        <EndForm action="/account/sessions/end-all" token={token} label="Sign out everywhere now" />
      </Confirm>
    </div>
  );
}

function EndForm({ action, token, label }: { action: string; token: string; label: string }) {
  return (
    <form method="post" action={action}>
      <input type="hidden" name="token" value={token} />
      <Button kind="danger" busyLabel="Signing out …">
        {label}
      </Button>
    </form>
  );
}

import { Button } from "./button.tsx";

/** Ends the sign-in, and says how far that goes: a site's sign-out is one for all sites. */
export function SignOutButton() {
  return (
    <Button kind="quiet">
      Sign out<span className="ui-everywhere">{"\u00a0everywhere"}</span>
    </Button>
  );
}

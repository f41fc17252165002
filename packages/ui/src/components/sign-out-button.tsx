import { Button } from "./button.tsx";

/** Signs out, with a hint that this signs the user out of all sites. */
export function SignOutButton() {
  return (
    <Button kind="quiet">
      Sign out<span className="ui-everywhere">{"\u00a0everywhere"}</span>
    </Button>
  );
}

import { Button } from "./button.tsx";

/** Signs this browser out of all sites, and says so at every width. Other browsers of the user stay signed in. */
export function SignOutButton() {
  return (
    <Button kind="quiet">
      <span className="ui-sign-out" title="In this browser. Your other browsers stay signed in.">
        Sign out <span>of all sites</span>
      </span>
    </Button>
  );
}

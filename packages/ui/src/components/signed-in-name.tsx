export interface SignedInNameProps {
  readonly name: string;
  /** Address of the user's account page at the hub. */
  readonly accountUrl: string;
}

/**
 * The signed-in user's name in a site's bar, linked to the account page. A long name is truncated and shown in full on
 * hover; its text direction is isolated.
 */
export function SignedInName({ name, accountUrl }: SignedInNameProps) {
  return (
    <div className="ui-person">
      <p title={name}>
        <span className="ui-person-hint">Signed in as </span>
        <bdi>{name}</bdi>
      </p>
      <a href={accountUrl}>Your account</a>
    </div>
  );
}

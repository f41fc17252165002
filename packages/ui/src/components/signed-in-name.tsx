export interface SignedInNameProps {
  readonly name: string;
  /** The user's own page at the sign-in service. */
  readonly accountUrl: string;
}

/**
 * Who is signed in, in a site's bar, and the way to the user's account: the name cut short where it is narrow, whole on
 * hovering, in its own direction.
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

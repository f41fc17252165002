export interface SignedInNameProps {
  readonly name: string;
}

/** Who is signed in, in a site's bar: cut short where it is narrow, whole on hovering, in its own direction. */
export function SignedInName({ name }: SignedInNameProps) {
  return (
    <p className="ui-person" title={name}>
      <span className="ui-person-hint">Signed in as </span>
      <bdi>{name}</bdi>
    </p>
  );
}

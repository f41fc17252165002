import { PasswordField } from "@gatehouse/ui";

export interface NewPasswordFieldProps {
  /** `id` of the input; an error summary links to it. */
  readonly id: string;
  readonly name: string;
  readonly label: string;
  /** Smallest number of characters. */
  readonly least: number;
  /** Words that others connect with the user; empty before the account exists. */
  readonly about: readonly string[];
  /** Error and its correction. */
  readonly error: string | null;
}

/** Input for a new password, with the rule as its hint. Its script shows the strength; without it the hint remains. */
export function NewPasswordField({ id, name, label, least, about, error }: NewPasswordFieldProps) {
  return (
    <div>
      <PasswordField
        id={id}
        name={name}
        label={label}
        hint={newPasswordHint(least)}
        error={error}
        autoComplete="new-password"
      />
      <div
        className="password-strength"
        data-measures={id}
        data-least={least}
        data-known={knownWords(about)}
        hidden
      >
        <meter min={0} max={3} low={2} high={3} optimum={3} value={0} aria-hidden="true" />
        <p />
        <span className="visually-hidden" role="status" />
      </div>
      <script src="/assets/new-password.js" defer />
    </div>
  );
}

/** The rule for new passwords, as a hint. */
export function newPasswordHint(least: number): string {
  return `At least ${least} characters; four words that have nothing to do with each other are good. Not a common password, and not made of your name or email.`;
}

/** One per line, longest first. */
function knownWords(about: readonly string[]): string {
  const words = about.flatMap((name) => [name, ...name.split(/[^\p{L}\p{N}\p{M}]+/u)]);
  const known = words.map((word) => word.normalize("NFC").toLowerCase()).filter((word) => word.length > 2);
  return [...new Set(known)].sort((a, b) => b.length - a.length).join("\n");
}

import type { ReactNode } from "react";

export interface FieldProps {
  /** `id` of the input; an error summary links to it. */
  readonly id: string;
  readonly name: string;
  readonly label: string;
  /** Explanation below the label. */
  readonly hint?: string;
  /** Error and its correction, below the hint. */
  readonly error?: string | null;
  /** Required, because browsers and password managers depend on it. */
  readonly autoComplete: string;
  /** Focuses the field on load; for one field of a page without text to read first. */
  readonly autoFocus?: boolean;
}

export interface TextFieldProps extends FieldProps {
  /** Initial value, such as text that was typed before an error. */
  readonly value?: string;
  /** Keyboard of a phone; left out: letters. */
  readonly inputMode?: "numeric";
  /** Shown and sent, but not to be changed here. */
  readonly isFixed?: boolean;
  /** Keyboards of phones begin words with capital letters, as in a name; left out: none. */
  readonly autoCapitalize?: "words";
}

/** A line of text. The label stands above, never inside. */
export function TextField(props: TextFieldProps) {
  return (
    <Field {...props}>
      <input
        {...inputProps(props)}
        type="text"
        inputMode={props.inputMode}
        defaultValue={props.value}
        autoCapitalize={props.autoCapitalize ?? "none"}
        readOnly={props.isFixed}
        spellCheck={false}
        dir="auto"
      />
    </Field>
  );
}

/** A secret. Never filled in again; where the enhancing script runs it can be shown. */
export function PasswordField(props: FieldProps) {
  return (
    <Field {...props}>
      <div className="ui-password">
        <input {...inputProps(props)} type="password" autoCapitalize="none" spellCheck={false} />
        <button type="button" hidden data-shows={props.id}>
          Show<span className="visually-hidden"> password</span>
        </button>
        <span className="visually-hidden" role="status" />
      </div>
    </Field>
  );
}

function Field({ id, label, hint, error, children }: FieldProps & { readonly children: ReactNode }) {
  return (
    <div className="ui-field">
      <label htmlFor={id}>{label}</label>
      {hint !== undefined && (
        <p className="ui-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {hasError(error) && (
        <p className="ui-field-error" id={`${id}-error`}>
          <span className="visually-hidden">Error: </span>
          {error}
        </p>
      )}
      {children}
    </div>
  );
}

function inputProps({ id, name, hint, error, autoComplete, autoFocus }: FieldProps) {
  const described = [hint === undefined ? [] : `${id}-hint`, hasError(error) ? `${id}-error` : []].flat();
  return {
    id,
    name,
    autoComplete,
    autoFocus,
    className: "ui-control",
    "aria-describedby": described.length === 0 ? undefined : described.join(" "),
    "aria-invalid": hasError(error) ? true : undefined,
  };
}

function hasError(error: string | null | undefined): error is string {
  return error !== undefined && error !== null;
}

export interface CheckboxFieldProps {
  /** `id` of the input. */
  readonly id: string;
  readonly name: string;
  readonly label: string;
  /** Explanation below the label. */
  readonly hint?: string;
  /** Initially ticked; by default not, because users have to agree themselves. */
  readonly checked?: boolean;
}

/** A checkbox, sent as `true`. The whole block is clickable, including the hint. */
export function CheckboxField({ id, name, label, hint, checked = false }: CheckboxFieldProps) {
  const hintId = hint === undefined ? undefined : `${id}-hint`;
  return (
    <div className="ui-check">
      <input
        id={id}
        name={name}
        type="checkbox"
        value="true"
        defaultChecked={checked}
        aria-describedby={hintId}
      />
      <label htmlFor={id}>{label}</label>
      {hint !== undefined && (
        <p className="ui-hint" id={hintId}>
          {hint}
        </p>
      )}
    </div>
  );
}

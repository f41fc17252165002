export interface CheckboxFieldProps {
  /** `id` of the input. */
  readonly id: string;
  readonly name: string;
  readonly label: string;
  /** What to know before ticking; stands below the label. */
  readonly hint?: string;
  /** What was ticked before. Left out: not ticked, because nobody has agreed to anything yet. */
  readonly checked?: boolean;
}

/** Something to have or not to have, sent as `true`. The whole block can be pressed, hint and all. */
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

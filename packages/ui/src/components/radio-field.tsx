import type { CheckboxFieldProps } from "./checkbox-field.tsx";

export interface RadioFieldProps extends CheckboxFieldProps {
  /** Value sent under `name` when this option is chosen. */
  readonly value: string;
}

/** One of several options in a `fieldset` with a `legend`. The whole block is clickable, including the hint. */
export function RadioField({ id, name, value, label, hint, checked = false }: RadioFieldProps) {
  const hintId = hint === undefined ? undefined : `${id}-hint`;
  return (
    <div className="ui-check">
      <input
        id={id}
        name={name}
        type="radio"
        value={value}
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

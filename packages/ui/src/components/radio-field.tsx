import type { CheckboxFieldProps } from "./checkbox-field.tsx";

export interface RadioFieldProps extends CheckboxFieldProps {
  /** What is sent under `name` when this one is chosen. */
  readonly value: string;
}

/** One of several to choose among, in a `fieldset` whose `legend` asks. The whole block can be pressed, hint and all. */
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

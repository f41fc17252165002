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

export interface RadioFieldProps extends CheckboxFieldProps {
  /** Value sent under `name` when this option is chosen. */
  readonly value: string;
}

/** A checkbox, sent as `true`. The whole block is clickable, including the hint. */
export function CheckboxField(props: CheckboxFieldProps) {
  return <ChoiceField {...props} type="checkbox" value="true" />;
}

/** One of several options in a `fieldset` with a `legend`. The whole block is clickable, including the hint. */
export function RadioField(props: RadioFieldProps) {
  return <ChoiceField {...props} type="radio" />;
}

interface ChoiceFieldProps extends RadioFieldProps {
  readonly type: "checkbox" | "radio";
}

function ChoiceField({ id, name, type, value, label, hint, checked = false }: ChoiceFieldProps) {
  const hintId = hint === undefined ? undefined : `${id}-hint`;
  return (
    <div className="ui-check">
      <input
        id={id}
        name={name}
        type={type}
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

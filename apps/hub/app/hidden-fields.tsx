export interface HiddenFieldsProps {
  readonly fields: readonly { readonly name: string; readonly value: string }[];
}

/** Hidden fields of a form: the proof of its origin, and the address to continue to. */
export function HiddenFields({ fields }: HiddenFieldsProps) {
  return fields.map(({ name, value }) => <input key={name} type="hidden" name={name} value={value} />);
}

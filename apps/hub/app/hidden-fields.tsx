export interface HiddenFieldsProps {
  readonly fields: readonly { readonly name: string; readonly value: string }[];
}

/** What a form carries without being asked: proof of where it comes from, and where she wants to go. */
export function HiddenFields({ fields }: HiddenFieldsProps) {
  return fields.map(({ name, value }) => <input key={name} type="hidden" name={name} value={value} />);
}

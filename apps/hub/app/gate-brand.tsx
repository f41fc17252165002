import { Mark } from "@gatehouse/ui";

/** Whose page this is, in the crown of the arch: a person about to type her password has to see it. */
export function GateBrand() {
  return (
    <p className="gate-brand">
      <Mark size={36} />
      Gatehouse
    </p>
  );
}

/** What the consent page says where it depends on what is asked. */
import type { ConsentScreen } from "../../../src/screen.ts";

type Asked = Pick<ConsentScreen, "site" | "asks" | "gets" | "before">;

/** A site that only wants to know that somebody signed in asks for nothing to allow. */
function isPlain({ asks, gets, before }: Asked): boolean {
  return asks.length === 0 && gets.length === 0 && !before?.items.some(({ requested }) => requested);
}

export function titleOf(model: Asked): string {
  return isPlain(model) ? `Sign in to ${model.site.name}?` : `Allow ${model.site.name}?`;
}

export function allowLabel(model: Asked): string {
  return isPlain(model) ? "Sign in" : "Allow";
}

interface Where {
  /** It goes on while the user is signed out. */
  readonly offline: boolean;
  /** " in this browser", where the device that goes on is another. */
  readonly place: string;
}

/** @param days `null`: for this once */
export function durationWords(
  days: number | null,
  { offline, place }: Where,
): { readonly label: string; readonly hint: string } {
  if (days === null)
    return {
      label: "Only this time",
      hint: `Until you sign out${place}. The next sign-in asks you again.`,
    };
  return {
    label: `For ${days} days`,
    hint: offline
      ? "Also while you are signed out."
      : `While you are signed in${place}. Until then you are not asked again.`,
  };
}

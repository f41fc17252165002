/** Texts of the consent page that depend on the request. */
import type { ConsentScreen } from "../../src/screen/screen.ts";

type Asked = Pick<ConsentScreen, "site" | "asks" | "gets" | "before">;

/** A site that requests only the sign-in has nothing to allow. */
function isPlain({ asks, gets, before }: Asked): boolean {
  return asks.length === 0 && gets.length === 0 && !before?.items.some(({ requested }) => requested);
}

export function consentTitle(model: Asked): string {
  return isPlain(model) ? `Sign in to ${model.site.name}?` : `Allow ${model.site.name}?`;
}

export function allowLabel(model: Asked): string {
  return isPlain(model) ? "Sign in" : "Allow";
}

interface Where {
  /** Whether the access continues after sign-out. */
  readonly offline: boolean;
  /** " in this browser" when the access is for another device. */
  readonly place: string;
}

/** @param days `null`: only this time */
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

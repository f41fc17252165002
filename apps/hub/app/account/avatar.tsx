import type { AccountPage } from "../../src/screen/screen.ts";

export interface AvatarProps {
  readonly person: Pick<AccountPage["person"], "name" | "picture">;
}

/** The user's picture, or the initials. Decorative, because the name is beside it. */
export function Avatar({ person: { name, picture } }: AvatarProps) {
  if (picture !== null)
    // biome-ignore lint/performance/noImgElement: the hub serves its own pictures, and Next's optimiser is off
    return <img className="avatar" src={`/pictures/${picture}`} alt="" width={56} height={56} />;
  return (
    <span className="avatar" aria-hidden="true">
      {initialsOf(name)}
    </span>
  );
}

const characters = new Intl.Segmenter("en", { granularity: "grapheme" });

/** "AA" of "Alice Maria Archer". */
export function initialsOf(name: string): string {
  const words = name.split(/\s+/).filter((word) => word !== "");
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words;
  return ends
    .map((word = "") => [...characters.segment(word)][0]?.segment ?? "")
    .join("")
    .toLocaleUpperCase();
}

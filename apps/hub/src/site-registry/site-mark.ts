/**
 * A site's mark: a small picture that the hub draws from the colour and the outline of the registration. A site cannot
 * bring a picture of its own, so no markup of others and no request reach the hub's pages.
 */
export interface MarkFile {
  /** `#rrggbb` */
  readonly color: string;
  /** SVG path data in a square of 24; absent: the first letter of the site's name. */
  readonly path?: string | undefined;
}

/** @returns a `data:` address of an SVG picture, which the page policy permits */
export function drawMark(name: string, { color, path }: MarkFile): string {
  const ink = isLight(color) ? "#111" : "#fff";
  const sign =
    path === undefined
      ? `<text x="12" y="16.5" text-anchor="middle" font-family="system-ui,sans-serif" font-size="13" font-weight="600">${initialOf(name)}</text>`
      : `<path transform="translate(3.6 3.6) scale(.7)" d="${path}"/>`;
  const picture =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><rect width="24" height="24" rx="6" fill="${color}"/>` +
    `<g fill="${ink}">${sign}</g></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(picture)}`;
}

/** The first letter or digit as a character reference; a name without one has none. */
function initialOf(name: string): string {
  const [initial = ""] = /[\p{L}\p{N}]/u.exec(name.normalize("NFC")) ?? [];
  return initial === "" ? "" : `&#${initial.toUpperCase().codePointAt(0)};`;
}

/** Whether black is easier to read on a colour than white. @see WCAG 2.2, relative luminance */
function isLight(color: string): boolean {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179;
}

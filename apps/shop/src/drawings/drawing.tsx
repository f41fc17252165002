import type { ReactNode } from "react";

/**
 * The paper that a product is drawn on. Attributes only, no `style`: the site's policy forbids inline styles.
 * Hidden from assistive technology, because the product's name always stands beside it.
 */
export function Drawing({
  shadow,
  children,
}: {
  shadow: readonly [width: number, y: number];
  children: ReactNode;
}) {
  const [width, y] = shadow;
  return (
    <svg viewBox="0 0 240 240" aria-hidden="true" focusable="false" className="drawing">
      <ellipse cx="120" cy={y} rx={width / 2} ry="7" fill="#3a2414" opacity="0.16" />
      {children}
    </svg>
  );
}

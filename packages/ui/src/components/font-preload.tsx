const font = new URL("../fonts/inter-basic.woff2", import.meta.url);

/** Preloads the font for English text in parallel with the style sheet that names it. */
export function FontPreload() {
  return <link rel="preload" as="font" type="font/woff2" crossOrigin="anonymous" href={font.pathname} />;
}

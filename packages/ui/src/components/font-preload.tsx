const font = new URL("../fonts/inter-basic.woff2", import.meta.url);

/** Loads the font of English text beside the style sheet that names it, and not after it. */
export function FontPreload() {
  return <link rel="preload" as="font" type="font/woff2" crossOrigin="anonymous" href={font.pathname} />;
}

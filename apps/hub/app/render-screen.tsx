/** Entry of the bundle that the hub loads in production (`build-screens.ts`). Not imported by Next. */
import { renderToStaticMarkup } from "react-dom/server";
import type { ScreenHtml } from "../src/screen/document.ts";
import type { ScreenOf, Screens } from "../src/screen/screen.ts";
import { headOf, ScreenBody } from "./screens.tsx";

/** Renders what a screen puts into the document, escaped by React. */
export function renderScreen<Name extends keyof Screens>(screen: ScreenOf<Name>): ScreenHtml {
  const { title, referrer } = headOf(screen);
  return {
    title: renderToStaticMarkup(title),
    referrer,
    body: renderToStaticMarkup(<ScreenBody screen={screen} />),
  };
}

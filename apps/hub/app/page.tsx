import type { Metadata } from "next";
import { holes } from "../src/screen/document.ts";
import { readScreen } from "../src/screen/screen.ts";
import { headOf, ScreenBody } from "./screens.tsx";

/**
 * The only page that Next knows. In development it draws the screen that a route of the hub decided. In the build there is
 * no screen: the page becomes the document whose holes the hub fills (`src/server/built-frontend.ts`).
 */
export default function DocumentPage() {
  const screen = readScreen();
  return screen === null ? holes.body : <ScreenBody screen={screen} />;
}

export function generateMetadata(): Metadata {
  const screen = readScreen();
  const { title, referrer } = screen === null ? holes : headOf(screen);
  return { title, referrer: referrer as "no-referrer" };
}

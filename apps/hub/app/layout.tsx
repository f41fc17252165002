import { FontPreload } from "@gatehouse/ui";
import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";
import "@gatehouse/ui/styles.css";
import "./hub.css";

/** Defined by `next.config.ts`. */
declare const SCRIPT_VERSION: string;

export const metadata: Metadata = {
  description: "One sign-in for all sites of the house.",
  icons: { icon: "/icon.svg" },
  robots: { index: false },
};

export const viewport: Viewport = { colorScheme: "light dark" };

/** Around every screen. The build takes the scripts of Next out (`build-screens.ts`); ours stays. */
export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <head>
        <FontPreload />
      </head>
      <body>
        {children}
        <script src={`/assets/enhance.js?v=${SCRIPT_VERSION}`} defer />
        <script src={`/assets/passkey.js?v=${SCRIPT_VERSION}`} defer />
      </body>
    </html>
  );
}

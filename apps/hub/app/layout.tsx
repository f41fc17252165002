import { FontPreload } from "@gatehouse/ui";
import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";
import "@gatehouse/ui/styles.css";
import "./hub.css";

/** Defined by `next.config.ts`. */
declare const SCRIPT_VERSION: string;

export const metadata: Metadata = {
  title: { default: "Gatehouse", template: "%s · Gatehouse" },
  description: "One sign-in for all sites of the house.",
  icons: { icon: "/icon.svg" },
  robots: { index: false },
  referrer: "same-origin",
};

export const viewport: Viewport = { colorScheme: "light dark" };

/** Around every screen. Next's own scripts are taken out on the way; ours stays. */
export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <head>
        <FontPreload />
      </head>
      <body>
        {children}
        <script src={`/assets/enhance.js?v=${SCRIPT_VERSION}`} defer />
      </body>
    </html>
  );
}

import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";
import "@gatehouse/ui/styles.css";
import "./hub.css";

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
      <body>
        {children}
        <script src="/assets/enhance.js" defer />
      </body>
    </html>
  );
}

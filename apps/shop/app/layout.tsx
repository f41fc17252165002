import { FontPreload } from "@gatehouse/ui";
import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";
import "@gatehouse/ui/styles.css";
import "./shop.css";

export const metadata: Metadata = {
  title: { default: "Corner Shop", template: "%s · Corner Shop" },
  description: "Bread, eggs, flowers and the morning paper. 12 Baker Street.",
  icons: { icon: "/icon.svg" },
};

export const viewport: Viewport = { colorScheme: "light dark" };

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en-GB" data-voice="shop">
      <head>
        <FontPreload />
      </head>
      <body>{children}</body>
    </html>
  );
}

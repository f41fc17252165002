import { FontPreload } from "@gatehouse/ui";
import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";
import "@gatehouse/ui/styles.css";
import "./bank.css";

export const metadata: Metadata = {
  title: { default: "Harbour Bank", template: "%s · Harbour Bank" },
  description: "Two accounts, plain figures, nothing else.",
  icons: { icon: "/icon.svg" },
};

export const viewport: Viewport = { colorScheme: "light dark" };

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en-GB" data-voice="bank">
      <head>
        <FontPreload />
      </head>
      <body>{children}</body>
    </html>
  );
}

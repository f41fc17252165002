import { ButtonLink, Page } from "@gatehouse/ui";
import type { Metadata } from "next";
import { GateBrand } from "./gate-brand.tsx";

export const metadata: Metadata = { title: "Page not found" };

export default function NotFoundPage() {
  return (
    <Page width="form">
      <div className="gate">
        <header className="gate-head">
          <GateBrand />
          <h1 className="ui-title">There is no page here</h1>
          <p className="gate-to">The address may be old or mistyped.</p>
        </header>
        <ButtonLink kind="plain" wide href="/">
          Go to Gatehouse
        </ButtonLink>
      </div>
    </Page>
  );
}

import { ButtonLink, Page } from "@gatehouse/ui";
import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { readScreen } from "../../../src/screen.ts";
import { GateBrand } from "../../gate-brand.tsx";
import { SiteNames } from "../../site-names.tsx";

export const dynamic = "force-dynamic";
export const metadata: Metadata = { title: "Signed out" };

export default function LoggedOutPage() {
  const model = readScreen("logged-out");
  if (model === null) notFound();
  return (
    <Page width="form">
      <div className="gate">
        <header className="gate-head">
          <GateBrand />
          <h1 className="ui-title">You are signed out</h1>
          <p className="gate-to">
            {model.wasSignedIn
              ? "Your sign-in has ended in this browser."
              : "There is no sign-in in this browser any more."}
          </p>
        </header>
        {model.sites.length > 0 && (
          <section aria-labelledby="told">
            <h2 id="told" className="gate-label">
              {model.sites.length === 1 ? "This site is being told" : "These sites are being told"}
            </h2>
            <SiteNames sites={model.sites} />
          </section>
        )}
        <ButtonLink wide href="/cas/login">
          Sign in again
        </ButtonLink>
      </div>
    </Page>
  );
}

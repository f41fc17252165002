import { ButtonLink, Page } from "@gatehouse/ui";
import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { readScreen } from "../../../src/screen.ts";
import { GateBrand } from "../../gate-brand.tsx";

export const dynamic = "force-dynamic";

export function generateMetadata(): Metadata {
  return { title: readScreen("device-done")?.allowed === true ? "Your device is signed in" : "Not allowed" };
}

/** What she decided, and where to take it back. */
export default function DeviceDonePage() {
  const model = readScreen("device-done");
  if (model === null) notFound();
  return (
    <Page width="form">
      <div className="gate">
        <header className="gate-head">
          <GateBrand />
          <h1 className="ui-title">{model.allowed ? "Your device is signed in" : "Not allowed"}</h1>
          <p className="gate-to">
            {model.allowed ? (
              <>
                <strong>{model.site.name}</strong> goes on there in a few seconds. You can close this page.
              </>
            ) : (
              <>
                <strong>{model.site.name}</strong> got nothing. You can close this page.
              </>
            )}
          </p>
        </header>
        <div className="gate-ways">
          <ButtonLink wide kind="plain" href="/account">
            See what may use your account
          </ButtonLink>
        </div>
      </div>
    </Page>
  );
}

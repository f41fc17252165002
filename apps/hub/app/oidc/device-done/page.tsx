import { ButtonLink } from "@gatehouse/ui";
import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { readScreen } from "../../../src/screen.ts";
import { Gate } from "../../gate.tsx";

export const dynamic = "force-dynamic";

export function generateMetadata(): Metadata {
  return { title: readScreen("device-done")?.allowed === true ? "Your device is signed in" : "Not allowed" };
}

/** What she decided, and where to take it back. */
export default function DeviceDonePage() {
  const model = readScreen("device-done");
  if (model === null) notFound();
  return (
    <Gate
      title={model.allowed ? "Your device is signed in" : "Not allowed"}
      to={
        <>
          <strong>{model.site.name}</strong>{" "}
          {model.allowed ? "goes on there in a few seconds." : "got nothing."} You can close this page.
        </>
      }
    >
      <div className="gate-ways">
        <ButtonLink wide kind="plain" href="/account">
          See what may use your account
        </ButtonLink>
      </div>
    </Gate>
  );
}

import { ButtonLink } from "@gatehouse/ui";
import type { Metadata } from "next";
import { Gate } from "./gate.tsx";

export const metadata: Metadata = { title: "Page not found" };

export default function NotFoundPage() {
  return (
    <Gate title="There is no page here" to="The address may be old or mistyped.">
      <ButtonLink kind="plain" wide href="/">
        Go to Gatehouse
      </ButtonLink>
    </Gate>
  );
}

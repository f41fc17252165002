import { ButtonLink, EmptyState, RelativeTime, Row, RowList, Section } from "@gatehouse/ui";
import type { SecurityScreen } from "../../src/screen/screen.ts";
import { CodesSection } from "../factor/codes-section.tsx";
import { ProvidersSection } from "../upstream/providers-section.tsx";
import { AccountFrame } from "./account-frame.tsx";
import { PasskeyRows } from "./passkey-rows.tsx";
import { PlacedNotice } from "./placed-notice.tsx";

export function SecurityPage({ model }: { readonly model: SecurityScreen }) {
  return (
    <AccountFrame
      current="security"
      title="Security"
      intro="How you sign in."
      model={model}
      places={["passkeys", "codes", "providers"]}
    >
      <Section
        id="passkeys"
        title="Passkeys"
        intro="Sign in by fingerprint, face or PIN, without typing anything."
      >
        <PlacedNotice at="passkeys" notice={model.notice} token={model.token} />
        <PasskeyRows passkeys={model.passkeys} token={model.token} now={new Date()} />
      </Section>
      <Section id="password" title="Password">
        <Password {...model} />
        <p>
          <ButtonLink kind="plain" href="/account/password">
            {model.password === null ? "Add a password" : "Change your password"}
          </ButtonLink>
        </p>
      </Section>
      <CodesSection model={model} />
      <ProvidersSection model={model} />
    </AccountFrame>
  );
}

function Password({ password }: Pick<SecurityScreen, "password">) {
  if (password === null) return <EmptyState>You have no password.</EmptyState>;
  return (
    <RowList>
      <Row title="Your password">
        <p>
          Set <RelativeTime date={password.changedAt} now={new Date()} />
        </p>
      </Row>
    </RowList>
  );
}

import { Section } from "@gatehouse/ui";
import type { AppsScreen } from "../../src/screen/screen.ts";
import { AccountFrame } from "./account-frame.tsx";
import { AppPasswordRows } from "./app-password-rows.tsx";
import { ConnectedAppRows } from "./connected-app-rows.tsx";
import { PlacedNotice } from "./placed-notice.tsx";

export function AppsPage({ model }: { readonly model: AppsScreen }) {
  const { appPasswords, connectedApps, notice, token } = model;
  const now = new Date();
  return (
    <AccountFrame current="apps" title="Apps" model={model} places={["connected-apps", "app-passwords"]}>
      <Section
        id="connected-apps"
        title="Connected apps"
        intro="Apps by others that you let in, and programs that keep access while you are signed out."
      >
        <PlacedNotice at="connected-apps" notice={notice} />
        <ConnectedAppRows apps={connectedApps} token={token} now={now} />
      </Section>
      <Section
        id="app-passwords"
        title="App passwords"
        intro="For programs that ask for a password. Never give them your own."
      >
        <PlacedNotice at="app-passwords" notice={notice} />
        <AppPasswordRows appPasswords={appPasswords} token={token} now={now} />
      </Section>
    </AccountFrame>
  );
}

import { Button, ButtonLink, EmptyState, Row, RowList, Section } from "@gatehouse/ui";
import type { SessionsScreen } from "../../src/screen/screen.ts";
import { AccountFrame } from "./account-frame.tsx";
import { EndMany } from "./end-many.tsx";
import { PlacedNotice } from "./placed-notice.tsx";
import { BrowserRow, SessionFacts } from "./session-rows.tsx";

export function SessionsPage({ model }: { readonly model: SessionsScreen }) {
  const { asksBefore, here, notice, others, token } = model;
  const now = new Date();
  const count = others.reduce((sum, { sessions }) => sum + sessions.length, 0);
  return (
    <AccountFrame
      current="sessions"
      title="Where you are signed in"
      intro="If you do not recognise a browser, sign it out."
      model={model}
      places={["here", "others"]}
    >
      <Section id="here" title="This browser">
        <PlacedNotice at="here" notice={notice} />
        <RowList>
          <Row title={here.browser} action={<SignOutHere />}>
            <SessionFacts session={here} now={now} />
          </Row>
          <Row
            title="Signing in to another site"
            action={<AskBefore asksBefore={asksBefore} token={token} />}
          >
            <p>
              {asksBefore
                ? "Asks you before another site learns who you are."
                : "Sites of Gatehouse learn who you are without asking you first."}
            </p>
          </Row>
        </RowList>
      </Section>
      <Section id="others" title="Other browsers">
        <PlacedNotice at="others" notice={notice} />
        {others.length === 0 ? (
          <EmptyState>None. Each other browser or phone where you sign in appears here.</EmptyState>
        ) : (
          <RowList>
            {others.map((browser) => (
              <BrowserRow key={browser.browser} {...browser} token={token} now={now} />
            ))}
          </RowList>
        )}
        <EndMany others={count} token={token} />
      </Section>
    </AccountFrame>
  );
}

function SignOutHere() {
  return (
    <ButtonLink kind="plain" href="/cas/logout">
      Sign out here
    </ButtonLink>
  );
}

/** Switches the question before each further site (CAS: warn) on or off. */
function AskBefore({ asksBefore, token }: Pick<SessionsScreen, "asksBefore" | "token">) {
  return (
    <form method="post" action="/account/sessions/ask-before">
      <input type="hidden" name="token" value={token} />
      <Button kind="plain" busyLabel="Saving …" name="ask" value={asksBefore ? "false" : "true"}>
        {asksBefore ? "Stop asking" : "Ask me first"}
      </Button>
    </form>
  );
}

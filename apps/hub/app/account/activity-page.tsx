import { ButtonLink, EmptyState, RelativeTime, Row, RowList, Section } from "@gatehouse/ui";
import type { ActivityScreen } from "../../src/screen/screen.ts";
import { AccountFrame } from "./account-frame.tsx";
import { activityWords } from "./activity-words.ts";

export function ActivityPage({ model }: { readonly model: ActivityScreen }) {
  const { events, isNewest, olderThan } = model;
  const now = new Date();
  return (
    <AccountFrame
      current="activity"
      title="Activity"
      intro="What happened in your account, newest first."
      model={model}
    >
      <Section id="events" title={isNewest ? "Latest" : "Earlier"}>
        {events.length === 0 ? (
          <EmptyState>Nothing more. Sign-ins and changes of your account appear here.</EmptyState>
        ) : (
          <RowList>
            {events.map((event) => (
              <Row key={event.id} title={activityWords(event)}>
                <p>
                  <RelativeTime date={event.at} now={now} />
                </p>
              </Row>
            ))}
          </RowList>
        )}
        {(olderThan !== null || !isNewest) && (
          <div className="form-ways make-one">
            {!isNewest && (
              <ButtonLink kind="plain" href="/account/activity">
                Latest
              </ButtonLink>
            )}
            {olderThan !== null && (
              <ButtonLink kind="plain" href={`/account/activity?before=${olderThan}`}>
                Earlier
              </ButtonLink>
            )}
          </div>
        )}
      </Section>
      <Section id="not-you" title="Was something not you?">
        <p>
          A sign-in that was refused let nobody in. If it was refused at the second step, somebody knows your
          password. If that was not you, or if you did not do something else that is listed here,{" "}
          <a href="/account/password">change your password</a>, then{" "}
          <a href="/account/sessions">sign out the browsers that you do not know</a>.
        </p>
      </Section>
    </AccountFrame>
  );
}

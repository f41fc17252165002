import {
  Button,
  EmptyState,
  Mark,
  Page,
  RelativeTime,
  Row,
  RowList,
  Section,
  SiteHeader,
  Tag,
  TextField,
} from "@gatehouse/ui";
import type { DevMailsScreen } from "../../src/screen/screen.ts";
import { mailKindWords, mailStateWords } from "./mail-state-words.ts";

/** The mails that the hub would send, newest first. */
export function DevMailsPage({ model: { recipient, mails } }: { readonly model: DevMailsScreen }) {
  const now = new Date();
  return (
    <Page header={<SiteHeader mark={<Mark />} name="Gatehouse" />}>
      <h1 className="ui-title">Mail</h1>
      <p className="ui-lead">For developers. Production does not have this page.</p>
      <form className="mail-filter" method="get" action="/dev/mail">
        <TextField id="to" name="to" label="Recipient" value={recipient} autoComplete="off" />
        <Button kind="plain">Show</Button>
      </form>
      <Section id="mails" title="Newest mails">
        {mails.length === 0 ? (
          <EmptyState>
            {recipient === "" ? "No mail yet. " : `No mail to ${recipient}. `}
            Each mail appears here when the hub writes it, and stays for a day.
          </EmptyState>
        ) : (
          <RowList>
            {mails.map((mail) => (
              <Row
                key={mail.address}
                title={
                  <>
                    <a href={mail.address}>{mail.subject ?? mailKindWords(mail.kind)}</a>
                    {mail.subject !== null && (
                      <>
                        {" "}
                        <Tag>{mailKindWords(mail.kind)}</Tag>
                      </>
                    )}
                  </>
                }
              >
                <p>
                  To <bdi>{mail.recipient}</bdi>, written <RelativeTime date={mail.createdAt} now={now} />.{" "}
                  {mailStateWords(mail)}
                </p>
              </Row>
            ))}
          </RowList>
        )}
      </Section>
    </Page>
  );
}

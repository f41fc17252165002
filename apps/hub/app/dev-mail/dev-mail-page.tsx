import { EmptyState, Mark, Page, RelativeTime, SiteHeader } from "@gatehouse/ui";
import type { DevMailScreen } from "../../src/screen/screen.ts";
import { mailKindWords, mailStateWords } from "./mail-state-words.ts";

/** One mail as its recipient would read it, with links that work. */
export function DevMailPage({ model: { mail, text } }: { readonly model: DevMailScreen }) {
  return (
    <Page header={<SiteHeader mark={<Mark />} name="Gatehouse" />}>
      <h1 className="ui-title">{devMailTitle({ mail })}</h1>
      <p className="ui-lead">
        To <bdi>{mail.recipient}</bdi>, written <RelativeTime date={mail.createdAt} now={new Date()} />.{" "}
        {mailStateWords(mail)}
      </p>
      {text === null ? (
        <EmptyState>The text is not kept. A text appears here when no mail server is set.</EmptyState>
      ) : (
        <p className="mail-text">
          {text.map(({ text: part, href }, index) => {
            const key = `${index}`;
            return href === undefined ? (
              <span key={key}>{part}</span>
            ) : (
              <a key={key} href={href}>
                {part}
              </a>
            );
          })}
        </p>
      )}
      <p>
        <a href="/dev/mail">All mails</a>
      </p>
    </Page>
  );
}

export function devMailTitle({ mail }: Pick<DevMailScreen, "mail">): string {
  return mail.subject ?? mailKindWords(mail.kind);
}

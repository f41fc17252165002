import type { RenderedMail } from "@gatehouse/database";
import type { Hub } from "../open-hub.ts";

/** The mails that a hub without a mail server has written to an address, newest first. Sends what is queued before. */
export async function mailsTo(
  { mail, database }: Pick<Hub, "mail" | "database">,
  recipient: string,
): Promise<readonly (RenderedMail & { readonly kind: string })[]> {
  await mail.drain();
  const listed = await database.mails.list(100, recipient);
  return listed.flatMap(({ kind, content }) => (content === null ? [] : { kind, ...content }));
}

/**
 * Fields of a form that was sent after its session had ended. They travel in the address of the page to return to,
 * sealed: the hub stores nothing for a user who is not signed in, several tabs do not overwrite each other, and no
 * other site can make a link to a prefilled form.
 */
import type { Person } from "@gatehouse/database";
import type { HubKeys } from "../settings/secret-keys.ts";
import type { Call, ReturnPage } from "./route.ts";

export interface KeptFormNeeds {
  readonly keys: Pick<HubKeys, "note">;
  readonly clock: () => Date;
}

const parameter = "form";
/** Maximum length of the address. A longer form is not restored. */
const longest = 3000;
const lifeSeconds = 12 * 3600;

/**
 * Adds the kept fields to the address of the page to return to.
 *
 * @param username the user of the form, who alone can open the fields
 */
export function withKeptForm(
  { clock, keys }: KeptFormNeeds,
  username: string,
  { page, fields }: ReturnPage,
): string {
  if (fields === undefined || fields.size === 0) return page;
  const kept = JSON.stringify({ at: clock().getTime(), fields: [...fields] });
  const sealed = keys.note.seal(kept, boundTo(page, username));
  const address = `${page}${page.includes("?") ? "&" : "?"}${parameter}=${sealed}`;
  return address.length > longest ? page : address;
}

/** @returns empty: nothing was kept, or the fields are another user's */
export function readKeptForm(
  { clock, keys }: KeptFormNeeds,
  { path }: Pick<Call, "path">,
  query: ReadonlyMap<string, string>,
  { username }: Pick<Person, "username">,
): ReadonlyMap<string, string> {
  const text = keys.note.open(query.get(parameter) ?? "", boundTo(path, username));
  if (text === null) return new Map();
  const { at, fields } = JSON.parse(text) as { at: number; fields: [string, string][] };
  return new Map(clock().getTime() - at > lifeSeconds * 1000 ? [] : fields);
}

function boundTo(page: string, username: string): string {
  return `kept-form ${page.split("?", 1)[0]} ${username}`;
}

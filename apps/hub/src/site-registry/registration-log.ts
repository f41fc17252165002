/** Logs the changes of a reading of the registrations, each change once. */
import type { Log } from "../log.ts";
import type { RegisteredSite, RegistrationError } from "./registered-site.ts";

export interface Reading {
  readonly sites: ReadonlyMap<string, RegisteredSite>;
  readonly refused: readonly { readonly error: RegistrationError; readonly kept: boolean }[];
  /** The files' content by name: a file that was edited and is still wrong is news. */
  readonly texts: ReadonlyMap<string, string>;
}

export function createRegistrationLog(log: Log): (reading: Reading) => void {
  let known = new Map<string, string>();
  let wrong = new Map<string, string>();

  return ({ sites, refused, texts }) => {
    const nowKnown = new Map([...sites].map(([id, site]) => [id, JSON.stringify(site)]));
    const nowWrong = new Map<string, string>();
    for (const { error, kept } of refused) {
      const { file, field, reason, others } = error;
      const news = JSON.stringify([reason, field, kept, texts.get(file)]);
      nowWrong.set(file, news);
      if (wrong.get(file) === news) continue;
      const more = others.length > 0 ? { others } : {};
      log.error({ event: "site.refused", file, field, reason, kept, ...more }, "site registration refused");
    }
    for (const [site, now] of nowKnown) {
      const before = known.get(site);
      const isRightAgain = wrong.has(`${site}.json`) && !nowWrong.has(`${site}.json`);
      if (before === undefined) log.info({ event: "site.registered", site }, "site registered");
      else if (before !== now) log.info({ event: "site.changed", site }, "site registration changed");
      else if (isRightAgain) log.info({ event: "site.corrected", site }, "site registration valid again");
    }
    for (const site of known.keys())
      if (!nowKnown.has(site)) log.info({ event: "site.removed", site }, "site registration removed");
    known = nowKnown;
    wrong = nowWrong;
  };
}

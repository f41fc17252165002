/** Common parts of the account's pages: the user, the form token, and the notice of the last action. */
import { type PageNotice, type PageNoticeNeeds, takeNotice } from "../http/page-notice.ts";
import { type CallerFacts, type Route, route, type Sent } from "../http/route.ts";
import type { AccountPage, AnyScreen, Screens } from "../screen/screen.ts";

export type AccountPageNeeds = PageNoticeNeeds;

/** Screens of the account area, which share a frame. */
type AccountScreenName = {
  [Name in keyof Screens]: Screens[Name] extends AccountPage ? Name : never;
}[keyof Screens];

type OwnPart<Name extends AccountScreenName> = Omit<Screens[Name], keyof AccountPage> &
  Partial<Pick<AccountPage, "notice">>;

/**
 * Declares a page of the account.
 *
 * @param page.own reads the page's own part of the model; may replace the notice
 */
export function accountPage<Name extends AccountScreenName>(
  needs: AccountPageNeeds,
  page: {
    readonly path: string;
    readonly screen: Name;
    readonly freshSignIn?: boolean;
    own(call: CallerFacts["person"], notice: PageNotice | null, sent: Sent): Promise<OwnPart<Name>>;
  },
): Route {
  const { path, screen, freshSignIn = false } = page;
  return route({
    method: "GET",
    path,
    caller: "person",
    freshSignIn,
    antiForgery: "changes-nothing",
    sends: "query",
    speaks: "html",
    async answer(call, sent) {
      const { notice, cookies } = takeNotice(needs, call);
      return { ...accountScreen(call, screen, await page.own(call, notice, sent), notice), cookies };
    },
  });
}

/** A page of the account with its own part, such as a form with errors. */
export function accountScreen<Name extends AccountScreenName>(
  { formToken, session: { person } }: CallerFacts["person"],
  name: Name,
  own: OwnPart<Name>,
  notice: PageNotice | null = null,
): { readonly screen: AnyScreen } {
  const shared: AccountPage = {
    person: {
      name: person.name,
      username: person.username,
      email: person.email,
      emailVerified: person.emailVerified,
      picture: person.picture,
      deletionDueAt: person.deletionDueAt,
    },
    token: formToken,
    notice,
  };
  return { screen: { name, model: { ...shared, ...own } } as unknown as AnyScreen };
}

/** Common parts of the account's pages: the user, the form token, and the notice of the last action. */
import { type PageNotice, type PageNoticeNeeds, takeNotice } from "../http/page-notice.ts";
import { type CallerFacts, type Route, route } from "../http/route.ts";
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
    own(call: CallerFacts["person"], notice: PageNotice | null): Promise<OwnPart<Name>>;
  },
): Route {
  return route({
    method: "GET",
    path: page.path,
    caller: "person",
    antiForgery: "changes-nothing",
    sends: "query",
    speaks: "html",
    async answer(call) {
      const { notice, cookies } = takeNotice(needs, call);
      const { name, username, email } = call.session.person;
      const shared: AccountPage = { person: { name, username, email }, token: call.formToken, notice };
      const model = { ...shared, ...(await page.own(call, notice)) };
      return { screen: { name: page.screen, model } as unknown as AnyScreen, cookies };
    },
  });
}

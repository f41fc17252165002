/** Common parts of the account's pages: the user, the form token, and the notice of the last action. */
import { type PageNotice, type PageNoticeNeeds, takeNotice } from "../http/page-notice.ts";
import { type CallerFacts, type Route, route, type Sent } from "../http/route.ts";
import type { AccountPage, AnyScreen } from "../screen/screen.ts";

export type AccountPageNeeds = PageNoticeNeeds;

/**
 * Declares a page of the account.
 *
 * @param page.show makes the screen of the common parts and its own; may replace the notice
 */
export function accountPage(
  needs: AccountPageNeeds,
  page: {
    readonly path: string;
    readonly freshSignIn?: boolean;
    readonly opensWhileDeletionDue?: boolean;
    show(
      common: AccountPage,
      call: CallerFacts["person"],
      more: Pick<Sent, "parameters"> & { readonly notice: PageNotice | null },
    ): AnyScreen | Promise<AnyScreen>;
  },
): Route {
  const { path, freshSignIn = false, opensWhileDeletionDue = false } = page;
  return route({
    method: "GET",
    path,
    caller: "person",
    freshSignIn,
    opensWhileDeletionDue,
    antiForgery: "changes-nothing",
    sends: "query",
    speaks: "html",
    async answer(call, { parameters }) {
      const { notice, cookies } = takeNotice(needs, call);
      return { screen: await page.show(commonParts(call, notice), call, { parameters, notice }), cookies };
    },
  });
}

/** Parts of the model that all pages of the account share; also for a form that is shown again with its errors. */
export function commonParts(
  { formToken, session: { person } }: CallerFacts["person"],
  notice: PageNotice | null = null,
): AccountPage {
  return {
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
}

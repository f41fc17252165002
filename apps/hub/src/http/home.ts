import { sitesToVisit } from "../site-registry/sites-to-visit.ts";
import { route, seeOther } from "./route.ts";

/** The front page; whoever is signed in has nothing to do there. */
export const home = route({
  method: "GET",
  path: "/",
  caller: "anyone",
  antiForgery: "changes-nothing",
  sends: "nothing",
  speaks: "html",
  async answer(call) {
    const found = await call.hub.findSession(call, { touch: false });
    if (found.state === "alive") return seeOther("/account");
    return { screen: { name: "home", model: { sites: sitesToVisit(call.hub.sites) } } };
  },
});

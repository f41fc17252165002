/** `/account/picture`: the form for the user's picture; `/pictures/<hash>`: the pictures, for the hub's pages and for sites. */
import type { ProfileStore } from "@gatehouse/database";
import type { HubChangeRecord } from "../audit/change-record.ts";
import { byUser } from "../audit/record-audit.ts";
import { HubError } from "../http/hub-error.ts";
import { seeNotice } from "../http/page-notice.ts";
import { type Answer, type CallerFacts, type Route, route } from "../http/route.ts";
import { type AccountPageNeeds, accountPage, commonParts } from "./account-page.ts";
import { longestPicture, plainPicture } from "./plain-picture.ts";

export interface PictureNeeds extends AccountPageNeeds {
  readonly profiles: Pick<ProfileStore, "findPicture" | "removePicture" | "setPicture">;
}

const path = "/account/picture";

export const pictureRoutes = (needs: PictureNeeds): Route[] => [
  accountPage(needs, {
    path,
    show: (common) => ({ name: "account-picture", model: { ...common, error: null } }),
  }),
  setPicture(needs),
  removePicture(needs),
  showPicture(needs),
];

const setPicture = (needs: PictureNeeds): Route =>
  route({
    method: "POST",
    path,
    caller: "person",
    antiForgery: "form-token",
    sends: "upload",
    speaks: "html",
    returnPage: () => ({ page: path }),
    async answer(call, { files }) {
      const file = files.get("picture") ?? new Uint8Array();
      const refuse = (error: "picture_missing" | "picture_too_large" | "picture_unknown"): Answer => ({
        screen: { name: "account-picture", model: { ...commonParts(call), error } },
        status: 400,
      });
      if (file.byteLength === 0) return refuse("picture_missing");
      if (file.byteLength > longestPicture) return refuse("picture_too_large");
      const picture = plainPicture(file);
      if (picture === undefined) return refuse("picture_unknown");
      const personId = call.session.person.id;
      await needs.profiles.setPicture(personId, picture, recordOf(call));
      call.log.info({ event: "profile.changed", person: personId, what: "picture" }, "picture changed");
      return seeNotice(needs, call, "/account", { at: "profile", text: "Your picture is changed." });
    },
  });

const removePicture = (needs: PictureNeeds): Route =>
  route({
    method: "POST",
    path: "/account/picture/remove",
    caller: "person",
    antiForgery: "form-token",
    sends: "form",
    speaks: "html",
    returnPage: () => ({ page: path }),
    async answer(call) {
      const personId = call.session.person.id;
      await needs.profiles.removePicture(personId, recordOf(call));
      call.log.info({ event: "profile.changed", person: personId, what: "picture" }, "picture removed");
      return seeNotice(needs, call, "/account", { at: "profile", text: "Your picture is removed." });
    },
  });

const recordOf = (call: CallerFacts["person"]) => (): HubChangeRecord => ({
  events: [{ kind: "profile-changed", ...byUser(call), facts: { what: "picture" } }],
});

/**
 * Public, because sites show the picture to others: nobody finds the address without having received it. The content of
 * an address never changes; a removed picture stays in caches only.
 */
const showPicture = ({ profiles }: PictureNeeds): Route =>
  route({
    method: "GET",
    path: "/pictures/:hash",
    caller: "anyone",
    antiForgery: "changes-nothing",
    sends: "nothing",
    speaks: "html",
    async answer(call) {
      const picture = await profiles.findPicture(call.pathParameter("hash"));
      if (picture === null)
        throw new HubError(404, "picture_not_found", "There is no such picture", [
          "It was removed or replaced.",
        ]);
      return {
        status: 200,
        body: picture.bytes,
        contentType: picture.type,
        headers: {
          "cache-control": "public, max-age=31536000, immutable",
          pragma: "",
          expires: "",
          "content-security-policy": "sandbox; default-src 'none'",
          "cross-origin-resource-policy": "cross-origin",
        },
      };
    },
  });

/** `/account/app-passwords/revoke`: whatever uses it is refused from the next call on. */
import { HubError } from "../http/hub-error.ts";
import { route, seeOther } from "../http/route.ts";

export const revokeAppPassword = route({
  method: "POST",
  path: "/account/app-passwords/revoke",
  caller: "person",
  antiForgery: "form-token",
  sends: "form",
  speaks: "html",
  async answer(call, { parameters }) {
    const id = parameters.get("app-password") ?? "";
    if (id === "") {
      throw new HubError(400, "app_password_missing", "Which app password?", [
        "The form named no app password to revoke. Nothing was changed.",
        "Go back to your account and choose one.",
      ]);
    }
    const personId = call.session.person.id;
    const revoked = await call.hub.database.appPasswords.revoke({ id, personId });
    if (revoked === null) return seeOther("/account?notice=app-password-gone");
    call.log.info(
      { event: "app-password.revoked", person: personId, appPassword: id },
      "app password revoked",
    );
    return seeOther("/account?notice=app-password-revoked");
  },
});

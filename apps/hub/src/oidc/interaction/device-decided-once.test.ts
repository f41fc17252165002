/** A decision about a device that comes too late changes nothing. */
import { poolOf } from "@gatehouse/database/test-pool";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TestBrowser, type TestPerson } from "../../test-hub.ts";
import {
  all,
  ask,
  begin,
  closeDeviceFixture,
  decide,
  enter,
  fieldsOf,
  openDeviceFixture,
  opened,
  resource,
  tokens,
} from "../../test-support/device-fixture.ts";

beforeAll(openDeviceFixture);
afterAll(closeDeviceFixture);

describe("RFC 8628 3.3 of two concurrent decisions about one code the slower one changes nothing", () => {
  /** State of a user at the tool: consent, grants, and the grant of the session. */
  const traces = async ({ id }: TestPerson) => {
    const { consents, sessions } = opened.hub.database;
    const grants = await poolOf(opened.hub.database).query(
      "SELECT payload FROM oidc_artifacts WHERE kind = 'Grant' AND person_id = $1 AND client_id = 'tool' ORDER BY hash",
      [id],
    );
    return {
      scopes: (await consents.find(id, "tool"))?.scopes,
      grants: grants.rows,
      sites: (await sessions.listOf(id)).flatMap((session) => session.sites.map(({ siteId }) => siteId)),
    };
  };
  const untouched = { scopes: undefined, grants: [], sites: [] };

  test("two users at once", async () => {
    const begun = await begin();
    const people = await Promise.all([opened.createPerson(), opened.createPerson()]);
    const forms = await Promise.all(
      people.map(async (person) => {
        const browser = new TestBrowser(opened);
        await browser.signIn(person);
        const { action, hidden } = (await enter(browser, begun.user_code)).screen("consent");
        return () => browser.post(action, { ...fieldsOf(hidden), ...all });
      }),
    );
    const statuses = (await Promise.all(forms.map((send) => send()))).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([200, 400]);
    const [winner, loser] = statuses[0] === 200 ? people : people.toReversed();
    expect(tokens(await ask(begun.device_code)).claims()?.sub).toBe(winner?.id);
    expect(await traces(loser as TestPerson)).toEqual(untouched);
    expect(await traces(winner as TestPerson)).toMatchObject({ grants: [{}], sites: ["tool"] });
  });

  test("one user twice: the session's grant stays unchanged", async () => {
    const dora = await opened.createPerson();
    const browser = new TestBrowser(opened);
    await browser.signIn(dora);
    const email = { answer: "allow", duration: "90", "allow:email": "true" };
    await decide(browser, (await begin()).user_code, email);
    const begun = await begin();
    const { action, hidden } = (await enter(browser, begun.user_code)).screen("consent");
    const post = (fields: Record<string, string>) => browser.post(action, { ...fieldsOf(hidden), ...fields });
    const profile = { answer: "allow", duration: "90", "allow:profile": "true" };
    expect((await post(profile)).status).toBe(200);
    const after = await traces(dora);
    expect(after.scopes).toEqual(["openid", "profile"]);
    expect((await post(all)).status).toBe(400);
    expect(await traces(dora)).toEqual(after);
    const refused = await begin();
    const form = (await enter(browser, refused.user_code)).screen("consent");
    const send = (fields: Record<string, string>) =>
      browser.post(form.action, { ...fieldsOf(form.hidden), ...fields });
    expect([(await send({ answer: "deny" })).status, (await send(all)).status]).toEqual([200, 400]);
    expect(await traces(dora)).toEqual(after);
  });

  test("one user decides about several devices at once: the session's grant has the scopes of all", async () => {
    const erin = await opened.createPerson();
    const browser = new TestBrowser(opened);
    await browser.signIn(erin);
    const boxes = { profile: "profile", email: "email", "transactions.read": "bank:transactions.read" };
    const devices = await Promise.all(
      Object.entries(boxes).map(async ([scope, box]) => {
        const begun = await begin({ scope: `openid ${scope}` });
        const { action, hidden } = (await enter(browser, begun.user_code)).screen("consent");
        const form = { ...fieldsOf(hidden), answer: "allow", [`allow:${box}`]: "true" };
        return { begun, post: () => browser.post(action, form) };
      }),
    );
    const pages = await Promise.all(devices.map(({ post }) => post()));
    expect(pages.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await traces(erin)).toMatchObject({
      grants: [
        {
          payload: {
            openid: { scope: expect.stringMatching(/^(?=.*profile)(?=.*email)/) },
            resources: { [resource]: expect.stringContaining("transactions.read") },
          },
        },
      ],
    });
    for (const { begun } of devices) tokens(await ask(begun.device_code));
  });
});

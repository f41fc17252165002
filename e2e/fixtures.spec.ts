/** The fixtures themselves: what a test makes or moves is gone when it ends. */
import {
  Clock,
  expect,
  expectSignedOutOn,
  fillSignInForm,
  People,
  signIn,
  gatehouseTest as test,
} from "@gatehouse/testing";

test("a person is gone after her test, and signed out", async ({ page, sites }) => {
  const people = new People();
  const person = await people.create();
  await signIn(page, person, { at: sites.shop });

  await people.removeAll();

  await expectSignedOutOn(page, sites.shop);
  await page.goto(`${sites.hub}/cas/login`);
  await fillSignInForm(page, person);
  await expect(page).toHaveTitle(/^Error/);
});

test("two people of one name are two people", async ({ people }) => {
  const [one, other] = [
    await people.create({ name: "Kim Example" }),
    await people.create({ name: "Kim Example" }),
  ];
  expect(one.name).toBe(other.name);
  for (const key of ["id", "username", "email", "password"] as const) expect(one[key]).not.toBe(other[key]);
});

test("a duration that is none moves nothing and says so", async () => {
  const clock = new Clock();
  for (const duration of ["", "31", "m", "-5m", "1.5h", "0s", "31 m", "31M"])
    await expect(clock.advance(duration), duration).rejects.toThrow("is not a duration");
});

test("@clock the time is put back after a test", async ({ page, people, sites }) => {
  const clock = new Clock();
  await clock.advance("7d");
  await clock.reset();

  const person = await people.create();
  await signIn(page, person);
  await page.goto(`${sites.hub}/account`);
  const since = await page.getByRole("main").locator("time").first().getAttribute("datetime");
  expect(Math.abs(Date.parse(since ?? "") - Date.now())).toBeLessThan(3_600_000);
});

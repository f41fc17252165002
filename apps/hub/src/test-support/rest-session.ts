import { TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";

/** Signs in as a program does. @returns the ticket-granting ticket. @see CAS REST protocol, section 9 */
export async function startRestSession(
  opened: TestHub,
  { username, password }: Pick<TestPerson, "username" | "password">,
): Promise<string> {
  const body = new URLSearchParams({ username, password }).toString();
  const form = { "content-type": "application/x-www-form-urlencoded" };
  const { status, location } = await new TestBrowser(opened).send("POST", "/cas/v1/tickets", form, body);
  if (status !== 201) throw new Error(`the hub answered ${status}`);
  return location.slice(location.lastIndexOf("/") + 1);
}

import { expect, test } from "vitest";
import { drawn, drawnText } from "../test-support/drawn.ts";
import { ErrorSummary } from "./error-summary.tsx";

const summary = (
  <ErrorSummary
    title="You are not signed in yet"
    errors={[{ text: "Enter your password", field: "password" }, { text: "Something else" }]}
    reference="AB12"
  />
);

test("an error links to its field; one without a field is plain text", () => {
  const links = drawn(summary).filter(({ type }) => type === "a");
  expect(links.map((link) => [link.props.href, drawnText(link)])).toEqual([
    ["#password", "Enter your password"],
  ]);
  expect(drawnText(summary)).toContain("Something else");
});

test("is announced, and can receive the focus without being a tab stop", () => {
  const [box] = drawn(summary);
  expect(box?.props).toMatchObject({ role: "alert", tabIndex: -1, "data-error-summary": true });
});

test("shows the reference, if there is one", () => {
  expect(drawnText(summary)).toContain("Reference AB12");
  expect(drawnText(<ErrorSummary title="No" errors={[]} />)).not.toContain("Reference");
});

import { expect, test } from "vitest";
import type { DevMailsScreen } from "../../src/screen/screen.ts";
import { renderScreen } from "../render-screen.tsx";

const mail = {
  address: "/dev/mail/1",
  kind: "password-reset",
  recipient: "ada@example.com",
  createdAt: new Date(0),
  state: "kept",
  detail: "",
  subject: "Choose a new password",
} as const;
const drawn = (more: Partial<DevMailsScreen["mails"][number]>) =>
  renderScreen({ name: "dev-mails", model: { recipient: "", mails: [{ ...mail, ...more }] } }).body;

test("the kind of a mail stands beside its subject in words, and alone before there is one", () => {
  const words = "Link to choose a new password";
  expect(drawn({})).toMatch(new RegExp(`>Choose a new password</a> <[^>]*>${words}<`));
  expect(drawn({ subject: null }).split(words)).toHaveLength(2);
  for (const kind of ["password-reset", "later-kind"]) expect(drawn({ kind })).not.toContain(kind);
});

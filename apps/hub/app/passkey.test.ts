/** The script of the passkey forms, on pages made of stand-ins. */
import { readFile } from "node:fs/promises";
import { runInNewContext } from "node:vm";
import { expect, test, vi } from "vitest";

const source = await readFile(new URL("../public/assets/passkey.js", import.meta.url), "utf8");

class HTMLInputElement {
  value = "";
  disabled = true;
  checked = false;
  readonly name: string;
  readonly dataset: Record<string, string>;
  constructor(name: string, dataset: Record<string, string> = {}) {
    this.name = name;
    this.dataset = dataset;
  }
}

class Form {
  readonly dataset: Record<string, string>;
  readonly status = { textContent: "" };
  readonly inputs = [new HTMLInputElement("passkey"), new HTMLInputElement("rememberMe", { copies: "box" })];
  sent = 0;
  #press: ((event: object) => Promise<void>) | undefined;
  constructor(dataset: Record<string, string>) {
    this.dataset = { options: '{"challenge":"x"}', ...dataset };
  }
  querySelector = () => this.status;
  querySelectorAll = () => this.inputs;
  addEventListener(_: string, listener: (event: object) => Promise<void>) {
    this.#press = listener;
  }
  submit() {
    this.sent += 1;
  }
  press = () => this.#press?.({ preventDefault() {}, stopImmediatePropagation() {} });
  get answer() {
    return this.inputs[0]?.value;
  }
}

/** A button of an ordinary form that leads to a page with a passkey. */
class Choice {
  readonly attributes: string[] = [];
  setAttribute = (name: string) => this.attributes.push(name);
}

type Ask = (options: { signal: AbortSignal; mediation?: string; publicKey: unknown }) => Promise<unknown>;

/** Runs the script on a page with one form. */
async function open(form: Form, { get, create, known = true }: { get?: Ask; create?: Ask; known?: boolean }) {
  const box = new HTMLInputElement("rememberMe");
  const choice = new Choice();
  runInNewContext(source, {
    AbortController,
    Error,
    HTMLInputElement,
    document: {
      querySelectorAll: (selector: string) => (selector === "form" ? [new Form({}), form] : [choice]),
      getElementById: (id: string) => (id === "box" ? box : null),
    },
    navigator: { credentials: { get, create } },
    ...(known && {
      PublicKeyCredential: {
        parseRequestOptionsFromJSON: (options: object) => ({ ...options, parsed: "get" }),
        parseCreationOptionsFromJSON: (options: object) => ({ ...options, parsed: "create" }),
        isConditionalMediationAvailable: async () => true,
      },
    }),
  });
  await vi.waitFor(() => undefined);
  return Object.assign(box, { choice });
}
const refusedAs = (name: string) => Object.assign(new Error(name), { name });
const never = () => new Promise(() => undefined);

test("is at most 4 kB, and writes no HTML from text", () => {
  expect(Buffer.byteLength(source)).toBeLessThanOrEqual(4096);
  expect(source).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b/);
});

test("leaves forms and choices invisible where the browser knows no passkeys", async () => {
  const form = new Form({ passkey: "get" });
  const { choice } = await open(form, { known: false });
  expect([form.dataset.ready, choice.attributes]).toEqual([undefined, []]);
});

test("shows the choice of a passkey where the browser knows them", async () => {
  const { choice } = await open(new Form({ passkey: "create" }), {});
  expect(choice.attributes).toEqual(["data-ready"]);
});

test("the button signs in and sends the answer, with the ticked boxes of the other form", async () => {
  const form = new Form({ passkey: "get" });
  const get = vi.fn<Ask>(async () => ({ id: "a" }));
  const box = await open(form, { get });
  expect(form.dataset.ready).toBe("");
  box.checked = true;
  await form.press();
  expect(get.mock.calls[0]?.[0].publicKey).toEqual({ challenge: "x", parsed: "get" });
  expect([form.sent, form.answer, form.inputs[1]?.disabled]).toEqual([1, '{"id":"a"}', false]);
});

test("a box that is not ticked is not sent", async () => {
  const form = new Form({ passkey: "get" });
  await open(form, { get: async () => ({}) });
  await form.press();
  expect([form.sent, form.inputs[1]?.disabled]).toEqual([1, true]);
});

test("the button makes a passkey", async () => {
  const form = new Form({ passkey: "create" });
  const create = vi.fn<Ask>(async () => ({ id: "new" }));
  await open(form, { create });
  await form.press();
  expect(create.mock.calls[0]?.[0].publicKey).toEqual({ challenge: "x", parsed: "create" });
  expect([form.sent, form.answer]).toEqual([1, '{"id":"new"}']);
});

test("a second press asks nothing twice", async () => {
  const form = new Form({ passkey: "get" });
  const get = vi.fn<Ask>(never);
  await open(form, { get });
  void form.press();
  void form.press();
  expect(get).toHaveBeenCalledTimes(1);
});

test.each([
  ["get", "NotAllowedError", "No passkey was used."],
  ["create", "NotAllowedError", "No passkey was added."],
  ["create", "InvalidStateError", "This device has a passkey of your account already."],
  ["get", "SecurityError", "Your browser could not use a passkey on this page."],
])("%s: says what to do after %s, and lets the user try again", async (passkey, name, words) => {
  const form = new Form({ passkey });
  const get = vi.fn<Ask>(async () => {
    throw refusedAs(name);
  });
  await open(form, { get, create: get });
  await form.press();
  expect(form.status.textContent).toContain(words);
  await form.press();
  expect([get.mock.calls.length, form.sent]).toEqual([2, 0]);
});

test("the browser offers passkeys in the suggestions, until the button is pressed and again after that failed", async () => {
  const form = new Form({ passkey: "get", autofill: "true" });
  const asked: { mediation: string | undefined; signal: AbortSignal }[] = [];
  const get: Ask = ({ mediation, signal }) => {
    asked.push({ mediation, signal });
    if (mediation === "conditional") return never();
    return Promise.reject(refusedAs("NotAllowedError"));
  };
  await open(form, { get });
  await vi.waitFor(() => expect(asked).toHaveLength(1));
  await form.press();
  await vi.waitFor(() =>
    expect(asked.map(({ mediation }) => mediation)).toEqual(["conditional", undefined, "conditional"]),
  );
  expect(asked.map(({ signal }) => signal.aborted)).toEqual([true, true, false]);
});

test("a passkey chosen from the suggestions is sent", async () => {
  const form = new Form({ passkey: "get", autofill: "true" });
  await open(form, { get: async () => ({ id: "b" }) });
  await vi.waitFor(() => expect([form.sent, form.answer]).toEqual([1, '{"id":"b"}']));
});

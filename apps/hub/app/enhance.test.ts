import { readFile } from "node:fs/promises";
import { runInNewContext } from "node:vm";
import { relativeTimeWords } from "@gatehouse/ui";
import { describe, expect, test } from "vitest";

const source = await readFile(new URL("../public/assets/enhance.js", import.meta.url), "utf8");

class HTMLElement {
  textContent = "";
  title = "";
  readonly dataset: Record<string, string> = {};
  readonly #attributes: Readonly<Record<string, string>>;
  constructor(attributes: Readonly<Record<string, string>> = {}) {
    this.#attributes = attributes;
  }
  getAttribute(name: string) {
    return this.#attributes[name] ?? null;
  }
  setAttribute() {}
  removeAttribute() {}
}

interface SubmitEvent {
  readonly submitter: HTMLElement | null;
  preventDefault(): void;
}

/** As a browser does it: a second `submit` event is sent even when the first is on its way. */
class HTMLFormElement extends HTMLElement {
  sent = 0;
  #listeners: ((event: SubmitEvent) => void)[] = [];
  addEventListener(_: "submit", listener: (event: SubmitEvent) => void) {
    this.#listeners.push(listener);
  }
  requestSubmit(submitter: HTMLElement | null = null) {
    let wanted = true;
    for (const listener of this.#listeners) listener({ submitter, preventDefault: () => (wanted = false) });
    if (wanted) this.sent += 1;
  }
}

class HTMLAnchorElement extends HTMLElement {
  readonly href: string;
  constructor(href: string) {
    super();
    this.href = href;
  }
}

class PerformanceNavigationTiming {
  readonly type: string;
  constructor(type: string) {
    this.type = type;
  }
}

/** Runs the script on a page that holds these and nothing else. */
function run(page: {
  readonly found: Readonly<Record<string, readonly HTMLElement[]>>;
  readonly visit?: string;
}) {
  const listeners: ((event: { persisted: boolean }) => void)[] = [];
  const gone: string[] = [];
  runInNewContext(source, {
    document: {
      forms: Object.values(page.found)
        .flat()
        .filter((element) => element instanceof HTMLFormElement),
      querySelectorAll: (selector: string) => page.found[selector] ?? [],
    },
    performance: { getEntriesByType: () => [new PerformanceNavigationTiming(page.visit ?? "navigate")] },
    HTMLElement,
    HTMLInputElement: HTMLElement,
    HTMLFormElement,
    HTMLAnchorElement,
    PerformanceNavigationTiming,
    addEventListener: (_: "pageshow", listener: (typeof listeners)[number]) => listeners.push(listener),
    setInterval() {},
    location: { href: "/here", replace: (address: string) => gone.push(address) },
  });
  return {
    gone,
    show: (persisted: boolean) => {
      for (const listener of listeners) listener({ persisted });
    },
  };
}

test("is at most 4 kB", () => {
  expect(Buffer.byteLength(source)).toBeLessThanOrEqual(4096);
});

test("writes no HTML from text", () => {
  expect(source).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b/);
});

test("formats times as the server does", () => {
  const now = new Date();
  const dates = [0, 65, 4000, 90_000, 900_000, 5_000_000, 90_000_000].map(
    (s) => new Date(now.getTime() - s * 1000),
  );
  const times = dates.map((date) => new HTMLElement({ datetime: date.toISOString() }));
  run({ found: { "time[data-relative]": times } });
  expect(times.map(({ textContent }) => textContent)).toEqual(
    dates.map((date) => relativeTimeWords(date, now)),
  );
});

describe("a form that submits itself", () => {
  const opened = (visit: string) => {
    const form = new HTMLFormElement();
    const page = run({ found: { "form[data-submits-itself]": [form] }, visit });
    return { form, ...page };
  };

  test.each(["navigate", "reload"])("is submitted once (%s)", (visit) => {
    const { form, show } = opened(visit);
    expect(form.sent).toBe(1);
    // The page has loaded while the form is being sent; the user presses the button at once.
    show(false);
    form.requestSubmit();
    expect(form.sent).toBe(1);
  });

  test("waits for the button if the user came back to it", () => {
    const { form } = opened("back_forward");
    expect(form.sent).toBe(0);
    form.requestSubmit();
    expect(form.sent).toBe(1);
  });

  test("waits for the button if the page comes from the browser's cache", () => {
    const { form, show } = opened("navigate");
    show(true);
    expect(form.sent).toBe(1);
    form.requestSubmit();
    expect(form.sent).toBe(2);
  });
});

test("the pressed button of a form says that it works, and no other; back from the next page it has its label", () => {
  const button = (label: string, busyLabel?: string) =>
    Object.assign(new HTMLElement(), { textContent: label, dataset: busyLabel ? { busyLabel } : {} });
  const [first, second, plain] = [button("Save", "Saving …"), button("Try", "Trying …"), button("Go")];
  const form = new HTMLFormElement();
  const found: Record<string, HTMLElement[]> = { form: [form], "button[data-label]": [] };
  const { show } = run({ found });
  form.requestSubmit(second);
  expect([first, second].map(({ textContent }) => textContent)).toEqual(["Save", "Trying …"]);
  found["button[data-label]"] = [second];
  show(true);
  expect(second.textContent).toBe("Try");
  form.requestSubmit(plain);
  expect([first, second, plain].map(({ textContent }) => textContent)).toEqual(["Save", "Try", "Go"]);
});

describe("a page with a user's data", () => {
  const opened = () => run({ found: { "[data-private]": [new HTMLElement()] } });

  test("is reloaded if it comes from the browser's cache, because the user may have signed out", () => {
    const { gone, show } = opened();
    show(true);
    expect(gone).toEqual(["/here"]);
  });

  test("is not reloaded after a normal load, nor is any other page", () => {
    const { gone, show } = opened();
    show(false);
    expect(gone).toEqual([]);
    const other = run({ found: {} });
    other.show(true);
    expect(other.gone).toEqual([]);
  });
});

describe("a page that redirects by script", () => {
  const address = "com.example.app:/cb?code=1";
  const opened = (visit: string) =>
    run({ found: { "a[data-at-once]": [new HTMLAnchorElement(address)] }, visit });

  test.each(["navigate", "reload"])("is left once, without an entry in the history (%s)", (visit) => {
    const { gone, show } = opened(visit);
    show(false);
    expect(gone).toEqual([address]);
  });

  test("waits for a click if the browser came back to it, or cached it", () => {
    expect(opened("back_forward").gone).toEqual([]);
    const { gone, show } = opened("navigate");
    show(true);
    expect(gone).toEqual([address]);
  });

  test("any other link is never followed by the script", () => {
    expect(run({ found: { a: [new HTMLAnchorElement(address)] } }).gone).toEqual([]);
  });
});

test("any other form is never submitted by the script", () => {
  const form = new HTMLFormElement();
  run({ found: { form: [form] } });
  expect(form.sent).toBe(0);
});

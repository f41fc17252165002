// @ts-check
/**
 * The hub's only script. Every screen works without it; it moves the focus to what went wrong, shows a password,
 * keeps a form from being sent twice and times fresh, and goes on from a page that is only passed through. No HTML is made from text here.
 */
(() => {
  /** @type {(selector: string) => HTMLElement[]} */
  const all = (selector) =>
    [...document.querySelectorAll(selector)].filter((found) => found instanceof HTMLElement);

  all("[data-error-summary]")[0]?.focus();

  for (const button of all("button[data-shows]")) {
    const input = document.getElementById(button.dataset.shows ?? "");
    if (!(input instanceof HTMLInputElement)) continue;
    const status = button.parentElement?.querySelector("[role=status]");
    const hide = () => show(false);
    /** @param {boolean} shown */
    const show = (shown) => {
      input.type = shown ? "text" : "password";
      if (button.firstChild) button.firstChild.nodeValue = shown ? "Hide" : "Show";
    };
    button.hidden = false;
    button.addEventListener("click", () => {
      show(input.type === "password");
      if (status) status.textContent = `Your password is ${input.type === "text" ? "shown" : "hidden"}`;
    });
    // Sent as a password, so that the browser offers to keep it and does not remember it as a word.
    input.form?.addEventListener("submit", hide);
  }

  for (const form of document.forms) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.repeats) return;
      if (form.dataset.sent) return event.preventDefault();
      form.dataset.sent = "yes";
      const button = event.submitter;
      if (!button?.dataset.busyLabel) return;
      button.dataset.label = button.textContent ?? "";
      button.textContent = button.dataset.busyLabel;
      button.setAttribute("aria-disabled", "true");
    });
  }

  // Back from the next page by the browser's button: the form can be sent again, by her and not by itself.
  addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return;
    // Kept in memory past a sign-out, perhaps.
    if (all("[data-private]")[0]) return location.replace(location.href);
    for (const form of document.forms) delete form.dataset.sent;
    for (const button of all("button[data-label]")) {
      button.textContent = button.dataset.label ?? "";
      button.removeAttribute("aria-disabled");
      delete button.dataset.label;
    }
  });

  // Sent while the page still loads, it takes this page's place in the history. Coming back would lead away again.
  const [visit] = performance.getEntriesByType("navigation");
  const back = visit instanceof PerformanceNavigationTiming && visit.type === "back_forward";
  const form = all("form[data-submits-itself]")[0];
  if (form instanceof HTMLFormElement && !back) form.requestSubmit();
  // The same for what is left by a link: `replace`, so that Back leads to the page before this one.
  const link = all("a[data-at-once]")[0];
  if (link instanceof HTMLAnchorElement && !back) location.replace(link.href);

  // The same steps as in packages/ui/src/components/relative-time.tsx.
  /** @type {[Intl.RelativeTimeFormatUnit, number][]} */
  const steps = [
    ["year", 31536000],
    ["month", 2592000],
    ["week", 604800],
    ["day", 86400],
    ["hour", 3600],
    ["minute", 60],
  ];
  const words = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  const exact = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short" });
  const refresh = () => {
    for (const time of all("time[data-relative]")) {
      const date = new Date(time.getAttribute("datetime") ?? "");
      const seconds = Math.max(0, (Date.now() - date.getTime()) / 1000);
      const step = steps.find(([, length]) => seconds >= length);
      time.textContent = step ? words.format(-Math.floor(seconds / step[1]), step[0]) : "just now";
      time.title = exact.format(date);
    }
  };
  if (all("time[data-relative]").length > 0) {
    refresh();
    setInterval(refresh, 30_000);
  }
})();

// @ts-check
/**
 * Passkeys: makes one, or signs in with one, and sends what the authenticator signed as an ordinary form. Where the
 * browser knows no passkeys, the forms stay invisible.
 */
(async () => {
  const api = globalThis.PublicKeyCredential;
  // Added to browsers later than passkeys themselves.
  if (!api?.parseRequestOptionsFromJSON || !api.parseCreationOptionsFromJSON) return;

  /** Only one request may wait: the one of the autofill gives way to the button. @type {AbortController | undefined} */
  let waiting;

  /** @param {HTMLFormElement} form @param {CredentialMediationRequirement} [mediation] */
  const ask = (form, mediation) => {
    waiting?.abort();
    waiting = new AbortController();
    const { signal } = waiting;
    const options = JSON.parse(form.dataset.options ?? "");
    return form.dataset.passkey === "create"
      ? navigator.credentials.create({ publicKey: api.parseCreationOptionsFromJSON(options), signal })
      : navigator.credentials.get({
          publicKey: api.parseRequestOptionsFromJSON(options),
          signal,
          ...(mediation && { mediation }),
        });
  };

  /** @param {HTMLFormElement} form @param {Credential | null} credential */
  const send = (form, credential) => {
    for (const copy of form.querySelectorAll("input")) {
      if (copy.name === "passkey") copy.value = JSON.stringify(credential);
      const source = document.getElementById(copy.dataset.copies ?? "");
      if (source instanceof HTMLInputElement) copy.disabled = !source.checked;
    }
    form.submit();
  };

  /** @param {unknown} error @param {string | undefined} ceremony */
  const wordsFor = (error, ceremony) => {
    const name = error instanceof Error ? error.name : "";
    if (name === "InvalidStateError") return "This device has a passkey of your account already.";
    if (name === "NotAllowedError")
      return `No passkey was ${ceremony === "create" ? "added" : "used"}. Try again, or choose another way.`;
    return "Your browser could not use a passkey on this page. Choose another way.";
  };

  // Buttons of ordinary forms that lead to a page with a passkey.
  for (const choice of document.querySelectorAll("[data-passkey-choice]"))
    choice.setAttribute("data-ready", "");

  for (const form of document.querySelectorAll("form")) {
    if (form.dataset.passkey === undefined) continue;
    const status = form.querySelector("[role=status]");
    /** @param {string} text */
    const say = (text) => {
      if (status) status.textContent = text;
    };
    // The browser offers passkeys in the suggestions of the username.
    const offer = async () => {
      if (form.dataset.autofill === undefined || !(await api.isConditionalMediationAvailable?.())) return;
      await ask(form, "conditional").then(
        (credential) => send(form, credential),
        () => undefined,
      );
    };
    form.dataset.ready = "";
    // Before the other script, which counts the form as sent.
    const onPress = async (/** @type {Event} */ event) => {
      event.preventDefault();
      event.stopImmediatePropagation();
      if (form.dataset.asks !== undefined) return;
      form.dataset.asks = "";
      say("Follow the steps that your browser shows.");
      try {
        send(form, await ask(form));
      } catch (error) {
        say(wordsFor(error, form.dataset.passkey));
        delete form.dataset.asks;
        offer();
      }
    };
    form.addEventListener("submit", onPress, { capture: true });
    offer();
  }
})();

/** Parts that the pages of both libraries share. */

/** Settings that the server wrote into the document. */
export function readSettings() {
  return JSON.parse(document.querySelector("#settings").textContent);
}

export function show(text) {
  document.querySelector("output").textContent = text;
}

/** Adds a button for each action; its error is shown. */
export function onButtons(actions) {
  for (const [name, act] of Object.entries(actions)) {
    const button = document.createElement("button");
    button.textContent = name;
    button.onclick = async () => {
      try {
        await act();
      } catch (error) {
        show(`Error: ${error.message}`);
      }
    };
    document.body.append(button);
  }
}

// @ts-check
/** Copies the text of an element. Without this script the buttons are hidden, and users select the text. */
for (const button of document.querySelectorAll("button[data-copies]")) {
  if (!(button instanceof HTMLButtonElement)) continue;
  const source = document.getElementById(button.dataset.copies ?? "");
  const status = button.parentElement?.querySelector("[role=status]");
  if (!source || !status || !navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const items = [...source.querySelectorAll("li")].map((item) => item.textContent);
    const text = items.length > 0 ? items.join("\n") : (source.dataset.copy ?? source.textContent ?? "");
    const copied = await navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
    status.textContent = copied ? "Copied" : "Not copied: select the text and copy it yourself";
  });
}

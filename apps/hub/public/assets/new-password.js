// @ts-check
/**
 * Tells while a new password is typed whether it is long enough, and whether it repeats itself, follows a pattern or is made of
 * the user's own data. A hint only: the hub decides, with a list of common passwords that is too large for a browser.
 */
(() => {
  const rows = ["abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"];

  /**
   * Different pairs of neighbours, without those that repeat a character or follow the alphabet or the keyboard.
   *
   * @param {string} text
   */
  const variety = (text) => {
    const letters = [...text];
    const pairs = new Set();
    letters.forEach((letter, index) => {
      const before = letters[index - 1];
      if (before === undefined || before === letter) return;
      if (!rows.some((row) => row.includes(before + letter) || row.includes(letter + before)))
        pairs.add(before + letter);
    });
    return pairs.size;
  };

  /**
   * @param {string} password
   * @param {number} least smallest number of characters
   * @param {string[]} known words that others connect with the user
   * @returns {[number, string]} 0 to 3, and what it means
   */
  const judge = (password, least, known) => {
    const composed = password.normalize("NFC").toLowerCase();
    const missing = least - [...composed].length;
    if (missing > 0) return [0, `${missing} more character${missing === 1 ? "" : "s"}`];
    const rest = known.reduce((text, word) => text.replaceAll(word, ""), composed);
    const varied = variety(rest);
    if (varied < least * 0.6)
      return [1, "Easy to guess: it repeats itself, follows a pattern or is made of your own data"];
    return varied < least ? [2, "Long enough"] : [3, "Long and varied"];
  };

  for (const strength of document.querySelectorAll("[data-measures]")) {
    if (!(strength instanceof HTMLElement)) continue;
    const { measures = "", least = "", known = "" } = strength.dataset;
    const input = document.getElementById(measures);
    const meter = strength.querySelector("meter");
    const [words, status] = strength.querySelectorAll("p, [role=status]");
    if (!(input instanceof HTMLInputElement) || !meter || !words || !status) continue;
    let timer = 0;
    const show = () => {
      strength.hidden = input.value === "";
      const [level, text] = judge(input.value, Number(least), known.split("\n").filter(Boolean));
      meter.value = level;
      words.textContent = text;
      // Announced once the user pauses, not with every key.
      clearTimeout(timer);
      timer = setTimeout(() => {
        status.textContent = strength.hidden ? "" : text;
      }, 1000);
    };
    input.addEventListener("input", show);
    show();
  }
})();

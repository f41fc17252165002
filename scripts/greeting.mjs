/** Text on the terminal once everything runs. */

/**
 * @param {import("./bootstrap/settings.mjs").Settings} settings
 * @returns {string}
 */
export function greeting({ mode, hub, shop, bank }) {
  const isDemo = mode !== "production";
  const places = [
    ["Gatehouse", hub.url, "the one login"],
    ...(isDemo ? [["Corner Shop", shop.url, "a basket that waits for you"]] : []),
    ...(isDemo ? [["Harbour Bank", bank.url, "your accounts"]] : []),
  ];
  const demo = `
  Demo accounts, password of all three: correct horse battery staple
  alice  alice@example.com
  bob    bob@example.com
  carol  carol@example.com  operator

  First click: open ${shop.url} and sign in as alice. Then open ${bank.url}: it knows you.
`;
  const width = Math.max(...places.map(([, url = ""]) => url.length));
  const table = places.map(
    ([name = "", url = "", what]) => `  ${name.padEnd(14)}${url.padEnd(width)}  ${what}`,
  );
  return `\n${table.join("\n")}\n${isDemo ? demo : ""}\n  Ctrl-C stops everything.\n`;
}

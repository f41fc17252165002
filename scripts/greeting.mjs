/** Text on the terminal once everything runs. */

const people = [
  ["alice", "alice@example.com", ""],
  ["bob", "bob@example.com", ""],
  ["carol", "carol@example.com", "operator"],
];

/**
 * @param {import("./bootstrap/settings.mjs").Settings} settings
 * @returns {string}
 */
export function greeting({ mode, hub, shop, bank }) {
  const places = [
    ["Gatehouse", hub.url, "the one login"],
    ...(mode === "production"
      ? []
      : [
          ["Corner Shop", shop.url, "a basket that waits for you"],
          ["Harbour Bank", bank.url, "your accounts"],
        ]),
  ];
  const demo = [
    "",
    "  Demo accounts, password of all three: correct horse battery staple",
    ...table(people),
    "",
    `  First click: open ${shop.url} and sign in as alice. Then open ${bank.url}: it knows you.`,
  ];
  return [
    "",
    ...table(places),
    ...(mode === "production" ? [] : demo),
    "",
    "  Ctrl-C stops everything.",
    "",
  ].join("\n");
}

/** @param {readonly string[][]} rows */
function table(rows) {
  const width = (/** @type {number} */ column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)) + 2;
  const widths = [0, 1, 2].map(width);
  return rows.map((row) =>
    `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("")}`.trimEnd(),
  );
}

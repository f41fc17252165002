/** Weight of the sign-in page: transferred bytes, caching, and no layout shift. */
import { expect, gatehouseTest as test } from "@gatehouse/testing";
import type { Page } from "@playwright/test";

/** Maximum transfer of the sign-in page with an empty cache, headers included, in bytes. */
const budget = 40_000;

interface Transfer {
  readonly path: string;
  readonly type: string;
  readonly encoding: string | undefined;
  readonly cacheControl: string | undefined;
  /** Size of headers and body as transferred. */
  bytes: number;
}

/** Records what the page loads from the network from now on. The map grows. */
async function recordTransfers(page: Page): Promise<ReadonlyMap<string, Transfer>> {
  const transfers = new Map<string, Transfer>();
  const client = await page.context().newCDPSession(page);
  await client.send("Network.enable");
  client.on("Network.responseReceived", ({ requestId, response, type }) => {
    // A `data:` address, such as that of a site's mark, came with the page.
    if (response.fromDiskCache || response.fromPrefetchCache || response.url.startsWith("data:")) return;
    const headers = new Headers(response.headers);
    transfers.set(requestId, {
      path: new URL(response.url).pathname,
      type,
      encoding: headers.get("content-encoding") ?? undefined,
      cacheControl: headers.get("cache-control") ?? undefined,
      bytes: 0,
    });
  });
  client.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const transfer = transfers.get(requestId);
    if (transfer !== undefined) transfer.bytes = encodedDataLength;
  });
  client.on("Network.requestServedFromCache", ({ requestId }) => transfers.delete(requestId));
  return transfers;
}

const signInFor = ({ hub, shop }: { readonly hub: string; readonly shop: string }) =>
  `${hub}/cas/login?${new URLSearchParams({ service: `${shop}/api/auth/callback/gatehouse` })}`;

test("a browser with an empty cache loads at most 40 kB", async ({ page, sites }) => {
  const transfers = await recordTransfers(page);
  await page.goto(signInFor(sites));
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Sign in");
  const list = [...transfers.values()];
  const types = list.map(({ type }) => type);
  expect(types.filter((type) => type !== "Other" && type !== "Image").toSorted()).toEqual([
    "Document",
    "Font",
    "Script",
    "Script",
  ]);
  for (const { type, encoding, cacheControl } of list) {
    // Of a page only the start, which is the same for everybody, is compressed: docs/decisions/0005.
    if (type === "Document") expect([encoding, cacheControl]).toEqual(["gzip", "no-store"]);
    if (type === "Script") expect(encoding).toMatch(/^(?:br|gzip)$/);
    if (type === "Script" || type === "Font") expect(cacheControl).toContain("immutable");
  }
  const total = list.reduce((sum, { bytes }) => sum + bytes, 0);
  expect(total, JSON.stringify(list)).toBeGreaterThan(10_000);
  expect(total, JSON.stringify(list)).toBeLessThanOrEqual(budget);
  test.info().annotations.push({ type: "transferred", description: `${total} bytes` });
});

// Scripts of React and Next.js are 143 kB of it: docs/decisions/0033 (what the sites' pages load).
for (const [name, limit] of [
  ["shop", 200_000],
  ["bank", 185_000],
] as const)
  test(`a browser that was never here loads at most ${limit / 1000} kB for the front page of the ${name}`, async ({
    page,
    sites,
  }) => {
    const transfers = await recordTransfers(page);
    await page.goto(sites[name], { waitUntil: "networkidle" });
    const list = [...transfers.values()];
    const types = list.map(({ type }) => type);
    expect(types).toEqual(expect.arrayContaining(["Document", "Font", "Script", "Stylesheet"]));
    for (const { type, path, encoding, cacheControl } of list) {
      if (["Document", "Script", "Stylesheet"].includes(type)) expect(encoding, path).toBe("gzip");
      if (path.startsWith("/_next/static/")) expect(cacheControl, path).toContain("immutable");
    }
    const total = list.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(total, JSON.stringify(list)).toBeGreaterThan(100_000);
    expect(total, JSON.stringify(list)).toBeLessThanOrEqual(limit);
    test.info().annotations.push({ type: "transferred", description: `${total} bytes` });
  });

for (const [name, addressOf] of [
  ["sign-in page", signInFor],
  ["shop", ({ shop }: { readonly shop: string }) => shop],
  ["bank", ({ bank }: { readonly bank: string }) => bank],
] as const)
  test(`the font of the ${name} is preloaded by the page`, async ({ page, sites }) => {
    await page.goto(addressOf(sites));
    const fonts = await page.evaluate(() =>
      performance
        .getEntriesByType("resource")
        .flatMap((entry) =>
          entry instanceof PerformanceResourceTiming && /\.woff2/.test(entry.name) ? entry.initiatorType : [],
        ),
    );
    expect(fonts).toEqual(["link"]);
    expect(await page.evaluate(() => document.fonts.check("16px 'Inter Variable'"))).toBe(true);
  });

test("a second visit loads only the page", async ({ page, sites }) => {
  await page.goto(signInFor(sites));
  const again = await page.context().newPage();
  const transfers = await recordTransfers(again);
  await again.goto(signInFor(sites));
  expect([...transfers.values()].map(({ type }) => type)).toEqual(["Document"]);
});

for (const [connection, conditions] of [
  ["fast", undefined],
  ["slow", { offline: false, latency: 200, downloadThroughput: 40_000, uploadThroughput: 20_000 }],
] as const)
  test(`the layout does not shift while loading, over a ${connection} connection, at any width`, async ({
    browser,
    sites,
  }) => {
    for (const viewport of [
      { width: 360, height: 740 },
      { width: 768, height: 1024 },
      { width: 1440, height: 900 },
    ]) {
      const context = await browser.newContext({ viewport });
      const page = await context.newPage();
      await page.addInitScript(() => {
        const seen: number[] = [];
        Object.assign(globalThis, { shifts: seen });
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries())
            seen.push((entry as PerformanceEntry & { value: number }).value);
        }).observe({ type: "layout-shift", buffered: true });
      });
      if (conditions !== undefined) {
        const client = await context.newCDPSession(page);
        await client.send("Network.enable");
        await client.send("Network.emulateNetworkConditions", conditions);
      }
      await page.goto(signInFor(sites));
      const shifts = await page.evaluate(async () => {
        await document.fonts.ready;
        // Shifts are reported after their frame.
        for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
        return (globalThis as unknown as { shifts: number[] }).shifts;
      });
      expect(shifts, `${viewport.width} px`).toEqual([]);
      await context.close();
    }
  });

/**
 * First paint of the sign-in page in Chromium with an empty cache on a simulated slow 3G connection. Chromium delays each
 * request and limits the throughput of all together; it does not delay setting up a connection.
 */
import { type Browser, chromium } from "@playwright/test";
import { at, isTrial, round } from "./compare.ts";
import { pinLoadGenerator } from "./cores.ts";
import { startHub } from "./hub.ts";
import type { Measurement } from "./measurement.ts";
import { onStage } from "./stage.ts";

/** Latency in milliseconds, throughput in bytes a second: 400 kbit/s. */
const slow3g = { offline: false, latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 };

/** The figures are medians of as many. */
const visits = isTrial ? 3 : 5;

interface Visit {
  /** Milliseconds from the start of the navigation. */
  readonly firstPaint: number;
  /** When text in the page's own font is there, in milliseconds. */
  readonly loaded: number;
  readonly layoutShift: number;
}

export function measureFirstPaint(): Promise<Measurement> {
  return onStage(async (stage) => {
    const hub = await startHub(stage);
    // The many processes of a browser share all cores, as they do at a user's.
    pinLoadGenerator("all");
    const browser = await launchChromium();
    stage.atEnd(async () => {
      await browser.close();
      pinLoadGenerator();
    });
    const url = `${hub.publicUrl}/cas/login?service=${encodeURIComponent(hub.service)}`;
    await visit(browser, url);
    const measured: Visit[] = [];
    while (measured.length < visits) measured.push(await visit(browser, url));
    const median = (name: keyof Visit) =>
      at(
        measured.map((one) => one[name]).toSorted((a, b) => a - b),
        0.5,
      );
    return {
      title: `Sign-in page in Chromium with an empty cache, 400 kbit/s and 400 ms per request, median of ${visits}`,
      lines: [
        {
          name: "seconds to the first contentful paint",
          figure: round(median("firstPaint") / 1000, 2),
          aim: { atMost: 0.8 },
          detail: `everything loaded after ${round(median("loaded") / 1000, 2)} s`,
        },
        {
          name: "layout shift",
          figure: round(Math.max(...measured.map(({ layoutShift }) => layoutShift)), 3),
          aim: { atMost: 0 },
          detail: "cumulative, the highest of all visits",
        },
      ],
      measured: { visits: measured },
    };
  });
}

/** `CHROMIUM_PATH` as in the journeys; without it Playwright's own. */
function launchChromium(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM_PATH;
  const args = ["--disable-background-networking", "--disable-component-update", "--no-first-run"];
  return chromium.launch({
    args: [...args, ...(process.getuid?.() === 0 ? ["--no-sandbox"] : [])],
    ...(executablePath && { executablePath }),
  });
}

async function visit(browser: Browser, url: string): Promise<Visit> {
  // A context of its own has an empty cache.
  const context = await browser.newContext({ viewport: { width: 360, height: 740 } });
  try {
    const page = await context.newPage();
    const client = await context.newCDPSession(page);
    await client.send("Network.enable");
    await client.send("Network.emulateNetworkConditions", slow3g);
    await page.goto(url);
    return await page.evaluate(async () => {
      await document.fonts.ready;
      // A frame is reported after it was drawn.
      for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
      const { promise, resolve } = Promise.withResolvers<number>();
      let layoutShift = 0;
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries())
          layoutShift += (entry as PerformanceEntry & { value: number }).value;
      }).observe({ type: "layout-shift", buffered: true });
      new PerformanceObserver((list) => {
        const entry = list.getEntriesByName("first-contentful-paint")[0];
        if (entry !== undefined) resolve(entry.startTime);
      }).observe({ type: "paint", buffered: true });
      const firstPaint = await promise;
      const resources = performance.getEntriesByType("resource") as PerformanceResourceTiming[];
      const loaded = Math.max(...resources.map(({ responseEnd }) => responseEnd));
      return { firstPaint, loaded, layoutShift };
    });
  } finally {
    await context.close();
  }
}

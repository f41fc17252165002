import type { Route } from "../http/route.ts";
import { hubRoutes } from "../hub.ts";
import type { Hub } from "../open-hub.ts";
import { createMovableClock } from "../test-door/movable-clock.ts";

/** Stands for every part of a hub: each property and each result is itself. */
const anything: unknown = new Proxy(() => undefined, { get: () => anything, apply: () => anything });

/** All routes as they are declared, for tests that call none of them. @param door with the test door */
export function declaredRoutes({ door }: { readonly door: boolean }): readonly Route[] {
  return hubRoutes(anything as Hub, door ? createMovableClock() : undefined);
}

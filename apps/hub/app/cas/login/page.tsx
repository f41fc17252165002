import type { AsyncLocalStorage } from "node:async_hooks";
export const dynamic = "force-dynamic";
export default async function Page() {
  const als = (globalThis as any)[Symbol.for("gatehouse.screen")] as AsyncLocalStorage<any>;
  return <main>model: {JSON.stringify(als?.getStore() ?? null)}</main>;
}

import { vi } from "vitest";

/** Undoes `vi.doMock` at the end of a test file. Later files share the worker, and must load the real module. */
export function forgetModuleMock(name: string): void {
  vi.doUnmock(name);
  vi.resetModules();
}

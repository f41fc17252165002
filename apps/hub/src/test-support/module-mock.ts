import { vi } from "vitest";

/** The end of a file that replaces a module. The files after it share its worker, and load what they import anew. */
export function forgetModuleMock(name: string): void {
  vi.doUnmock(name);
  vi.resetModules();
}

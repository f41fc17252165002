/** The part of react-dom that the tests call; the package brings no types. */
declare module "react-dom/server" {
  import type { ReactNode } from "react";

  export function renderToReadableStream(
    node: ReactNode,
  ): Promise<ReadableStream<Uint8Array> & { readonly allReady: Promise<void> }>;
}

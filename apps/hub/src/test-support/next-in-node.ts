/** next-auth imports `next/server` without an extension, which only a bundler finds. Import this file before it. */
import { registerHooks } from "node:module";

registerHooks({
  resolve: (specifier, context, nextResolve) =>
    nextResolve(
      /^next\/(headers|navigation|server)$/.test(specifier) ? `${specifier}.js` : specifier,
      context,
    ),
});

import { registerHooks } from "node:module";

/**
 * next-auth imports `next/headers` and its like without an extension, which only a bundler
 * finds. Tests run it in plain Node: import this file first.
 */
registerHooks({
  resolve: (specifier, context, nextResolve) =>
    nextResolve(
      /^next\/(headers|navigation|server)$/.test(specifier) ? `${specifier}.js` : specifier,
      context,
    ),
});

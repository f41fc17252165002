/**
 * Preload for a program that knows nothing of who started it: when the starter is gone, however it went, so is the
 * program. Nobody is left behind on a port.
 */
if (process.channel) {
  process.on("disconnect", () => process.exit(0));
  process.channel.unref();
}

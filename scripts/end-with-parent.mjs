/**
 * Preload (`node --import`): ends a program when its parent process has died. The parent gives a channel to
 * each program it starts (`stdio: "ipc"`), and a channel closes with either end, even under kill -9.
 */

/** Time for requests under way, in milliseconds. */
const patience = 5_000;

// Next's reloading server is a child that inherits the preload; its channel is Next's, which ends it itself.
const isStarted = /[\\/]next[\\/]dist[\\/]bin[\\/]next$/.test(process.argv[1] ?? "");

if (isStarted && process.channel !== undefined) {
  process.on("disconnect", () => {
    process.kill(process.pid, "SIGTERM");
    setTimeout(() => process.exit(1), patience).unref();
  });
  // Listening must not keep a finished program alive.
  process.channel?.unref?.();
}

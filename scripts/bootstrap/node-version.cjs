/**
 * Reports the required Node version before any newer syntax is read: npm's scripts preload it, and every entry imports it.
 * Written in JavaScript that old versions can read.
 */
const parts = process.versions.node.split(".");
const major = Number(parts[0]);
const minor = Number(parts[1]);

if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    `error: this is Node ${process.versions.node}; Gatehouse needs Node 20.19 or newer to set itself up. Install it from https://nodejs.org/.\n`,
  );
  process.exit(1);
}

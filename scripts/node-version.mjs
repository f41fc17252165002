/** Imported first by every entry: says what is needed before anything newer than the Node that runs is touched. */
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    `error: this is Node ${process.versions.node}; Gatehouse needs Node 20.19 or newer to set itself up.\n`,
  );
  process.exit(1);
}

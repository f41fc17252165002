/** Imported first by every entry of the hub. An older Node would otherwise fail later with a stack trace. */
const [major = 0] = process.versions.node.split(".").map(Number);

if (major < 24) {
  process.stderr.write(
    `error: this is Node ${process.versions.node}; the hub needs Node 24 or newer. Install it (https://nodejs.org/), ` +
      "or start the hub by npm start, which brings its own.\n",
  );
  process.exit(1);
}

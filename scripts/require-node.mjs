/**
 * Stops with one clear line when the running Node cannot run the packages.
 * On Linux x64 and arm64 the workspace brings its own Node 24; elsewhere the machine's own must do.
 */
const minimum = { major: 22, minor: 15 };
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < minimum.major || (major === minimum.major && minor < minimum.minor)) {
  process.stderr.write(
    `Holdfast needs Node ${minimum.major}.${minimum.minor} or later; this is ${process.versions.node} on ` +
      `${process.platform}-${process.arch}. Install a newer Node and run the command again.\n`,
  );
  process.exit(1);
}

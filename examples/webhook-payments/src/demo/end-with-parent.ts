/**
 * Loaded into the demo's processes by `--import`: when the demo is gone in whatever way, they end too. The service
 * itself knows nothing of it.
 */
process.once('disconnect', () => process.exit());
process.channel?.unref();

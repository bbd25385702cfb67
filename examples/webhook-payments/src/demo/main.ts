import { writeFileSync } from 'node:fs';
import { type DemoOptions, parseOptions, USAGE } from './options.ts';
import { createProgress, type ProgressStream } from './progress.ts';
import { type DemoRedis, openRedis } from './redis.ts';
import { jsonReport } from './report/json.ts';
import { createStyle, wantsColor } from './report/style.ts';
import { svgReport } from './report/svg.ts';
import { WIDTH as PICTURE_WIDTH } from './report/svg-parts.ts';
import { textReport } from './report/text.ts';
import { type RunResult, run } from './run.ts';
import { planFor } from './scale.ts';
import { superviseEnd } from './supervise.ts';
import { createWorkspace, type Workspace } from './workspace.ts';

/** Runs the demo; answers with the exit code. */
async function main(options: DemoOptions, signal: AbortSignal): Promise<number> {
  // With --json the one line on standard output is the report.
  const stream: ProgressStream = options.json ? process.stderr : process.stdout;
  const color = wantsColor(stream, process.env);
  const plan = planFor(options.scale);
  const workspace = createWorkspace();
  let redis: DemoRedis | undefined;
  try {
    redis = options.redis ? await openRedis(process.env['REDIS_URL']) : undefined;
    const progress = createProgress(stream, plan.fixtures.length, createStyle(color));
    const result = await run({ plan, workspace, redis, progress, signal });
    write(result, options, stream, color);
    return result.report.ok ? 0 : 1;
  } finally {
    await redis?.release();
    dispose(workspace, options, stream);
  }
}

function write(
  { report, evidence }: RunResult,
  options: DemoOptions,
  stream: ProgressStream,
  color: boolean,
): void {
  const { story } = evidence;
  const drawTrace = (width: number, inColor: boolean) => story?.drawText(width, inColor) ?? '';
  stream.write(textReport(report, { color, width: stream.columns ?? 100, drawTrace }));
  if (options.json) process.stdout.write(`${jsonReport(report)}\n`);
  if (options.svg !== undefined) writeFileSync(options.svg, svgReport(report, story?.drawSvg(PICTURE_WIDTH)));
}

function dispose(workspace: Workspace, { keep }: DemoOptions, stream: ProgressStream): void {
  if (keep) {
    workspace.keep();
    stream.write(`The data is left in ${workspace.folder}\n`);
  } else {
    workspace.remove();
  }
}

let options: DemoOptions | undefined;
try {
  options = parseOptions(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)} See --help.\n`);
  process.exitCode = 2;
}
if (options?.help === true) process.stdout.write(USAGE);
else if (options !== undefined) {
  const chosen = options;
  await superviseEnd((signal) => main(chosen, signal));
}

/** Starts a service in a process in which some packages cannot be found: `node peers-child.ts <names> <options>`. */
import { registerHooks } from 'node:module';
import type { ServiceOptions } from '@holdfast/express/service';

const [missing = '', options = '{}'] = process.argv.slice(2);
const names = missing.split(',');

registerHooks({
  resolve(specifier, context, nextResolve) {
    if (names.includes(specifier)) throw new Error(`${specifier} is not installed`);
    return nextResolve(specifier, context);
  },
});

const { createService } = await import('@holdfast/express/service');
try {
  const service = await createService({
    name: 'x',
    routes: () => undefined,
    ...(JSON.parse(options) as Partial<ServiceOptions>),
  });
  const { url } = await service.listen(0, '127.0.0.1');
  const { status } = await fetch(`${url}/nothing`);
  await service.close();
  console.log(`answered ${status}`);
} catch (error) {
  console.log(error instanceof Error && 'code' in error ? `${String(error.code)} ${error.message}` : error);
}

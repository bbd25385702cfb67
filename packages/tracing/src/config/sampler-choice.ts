import { TracingOptionError } from '../errors.ts';
import { type Environment, text } from './environment.ts';
import { alwaysOff, alwaysOn, type HeadSampler, parentBased, traceIdRatio } from './sampler.ts';

/**
 * The sampler that the option or `OTEL_TRACES_SAMPLER(_ARG)` asks for; a rate of the option follows the parent's
 * decision. Default every trace that no parent decided on.
 * @throws TracingOptionError for a rate outside 0 to 1 or a sampler that does not exist
 */
export function chooseSampler(sampleRate: number | undefined, env: Environment): HeadSampler {
  if (sampleRate !== undefined) return parentBased(traceIdRatio(ratio('sampleRate', sampleRate)));
  const name = text(env, 'OTEL_TRACES_SAMPLER') ?? 'parentbased_always_on';
  const argument = text(env, 'OTEL_TRACES_SAMPLER_ARG');
  const rate = () => ratio('OTEL_TRACES_SAMPLER_ARG', argument === undefined ? 1 : Number(argument));
  switch (name) {
    case 'always_on':
      return alwaysOn;
    case 'always_off':
      return alwaysOff;
    case 'traceidratio':
      return traceIdRatio(rate());
    case 'parentbased_always_on':
      return parentBased(alwaysOn);
    case 'parentbased_always_off':
      return parentBased(alwaysOff);
    case 'parentbased_traceidratio':
      return parentBased(traceIdRatio(rate()));
    default:
      throw new TracingOptionError(
        'OTEL_TRACES_SAMPLER',
        `is ${JSON.stringify(name)}; it must be always_on, always_off, traceidratio, or one of these after parentbased_.`,
      );
  }
}

function ratio(name: string, value: number): number {
  if (value >= 0 && value <= 1) return value;
  throw new TracingOptionError(name, `is ${value}; it must be a share from 0 to 1, such as 0.1 for a tenth.`);
}

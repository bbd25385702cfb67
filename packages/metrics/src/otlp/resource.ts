import type { CollectionResult } from '@opentelemetry/sdk-metrics';
import type { ResourceAttributes } from './resource-attributes.ts';

type Resource = CollectionResult['resourceMetrics']['resource'];

/** A resource whose attributes are known from the start. */
export function plainResource(attributes: ResourceAttributes): Resource {
  return {
    attributes: { ...attributes },
    asyncAttributesPending: false,
    getRawAttributes: () => Object.entries(attributes),
    merge: (other) => plainResource({ ...attributes, ...(other?.attributes as ResourceAttributes) }),
  };
}

export { softDeleteExtension } from './extension.ts';
export { SOFT_DELETE_EXTENSION_DEFAULTS, type SoftDeleteExtensionOptions } from './options.ts';
export type { ReadFlags, SoftDeleteExtension, SoftDeleteMethods, TenantFlags } from './types.ts';

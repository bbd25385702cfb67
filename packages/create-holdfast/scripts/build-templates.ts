/**
 * Makes `templates/` out of the examples: each as a project of its own, with published packages instead of the
 * repository's. Run by the build; the command only copies what is here.
 */
import { fileURLToPath } from 'node:url';
import { buildTemplates } from './build/templates.ts';

buildTemplates(fileURLToPath(new URL('../templates', import.meta.url)));

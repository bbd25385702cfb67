import { flush, loadExpress } from './peer-tracing.ts';
import { addRoutes } from './routes.ts';
import { serve } from './serve.ts';

const app = loadExpress()();
addRoutes(app);
serve(app, flush);

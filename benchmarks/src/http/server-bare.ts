import express from 'express';
import { addRoutes } from './routes.ts';
import { serve } from './serve.ts';

const app = express();
addRoutes(app);
serve(app);

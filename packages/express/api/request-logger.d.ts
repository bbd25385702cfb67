// request-logger.d.ts
import { type Logger } from '@holdfast/logging';
import type { Request, RequestHandler, Response } from 'express';
export interface RequestLoggerOptions {
    /** Default `createLogger('http')`. */
    logger?: Logger | undefined;
    /** Requests without a line, health probes for one. Asked when the response has ended. Default none. */
    skip?: ((req: Request, res: Response) => boolean) | undefined;
}
/** Writes one line for each request when its response has ended, aborted ones included, with the ids of the request. */
export declare function requestLogger({ logger, skip, }?: RequestLoggerOptions): RequestHandler;

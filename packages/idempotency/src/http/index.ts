export type { StoredResponse } from '../claim/record-codec.ts';
export type { HttpRun, RequestIdempotency } from './claimed-request.ts';
export {
  createHttpIdempotency,
  type HttpDecision,
  type HttpIdempotency,
  type HttpRequestParts,
} from './http-idempotency.ts';
export type {
  AnswerInit,
  HttpIdempotencyOptions,
  ReconcileAnswer,
  ReconcileRequest,
} from './options.ts';
export { captureResponse, type ResponseKeeper, sendAnswer } from './response-capture.ts';

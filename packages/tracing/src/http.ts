export type { HttpClientFact } from './channels.ts';
export { type AxiosLike, type InstrumentedAxios, instrumentAxios } from './http-client/axios.ts';
export { type HttpClientSpanOptions, startHttpClientSpan, traceHeaders } from './http-client/client-span.ts';
export { instrumentOutgoingHttp, type OutgoingHttp } from './http-client/instrument.ts';
export type { OutgoingHttpOptions } from './http-client/options.ts';
export { tracedFetch } from './http-client/traced-fetch.ts';

export type { Converter, Conversion } from './converters/converter.ts';
export { closeHosts, configureHosts, runInHost } from './host/host-pool.ts';
export type { LocalBackendOptions } from './local-backend.ts';
export { createLocalBackend, localOperations } from './local-backend.ts';
export type { RouteRequest } from './routes.ts';
export { converters, findConverter, localConversions } from './routes.ts';

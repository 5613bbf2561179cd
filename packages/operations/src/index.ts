export type { Converter, Conversion } from './converters/converter.ts';
export { closeHosts, configureHosts, runInHost } from './host/host-pool.ts';

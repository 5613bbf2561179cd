export type { CloudConvertOptions } from './cloudconvert-options.ts';

export type { Converter, Conversion } from './converters/converter.ts';

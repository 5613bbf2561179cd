export { createCloudConvertBackend } from './backend.ts';
export type { CloudConvertBackend, CloudConvertSettings } from './backend.ts';
export { cloudConvertUrls } from './cloudconvert-options.ts';
export type { CloudConvertOptions, CloudConvertPlace } from './cloudconvert-options.ts';

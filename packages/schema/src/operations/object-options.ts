/** Options of stores that call their files objects, and these by name: which are taken, and what is written. */
import { type Options, text } from './option-schema.ts';

export const importedObject: Options = {
  file: text('Name of the object.', { schema: { examples: ['reports/2024.docx'] } }),
  file_prefix: text('Takes every object whose name starts with this; folders behind it are kept.', {
    schema: { examples: ['reports/'] },
  }),
  filename: text('Name of the file, extension included. Default: the last part of the object name.'),
};

export const exportedObject: Options = {
  file: text('Name of the object; with several files, `%d` becomes 1, 2, 3 ….', {
    isNumbered: true,
    schema: { examples: ['reports/2024.pdf'] },
  }),
  file_prefix: text('Put in front of the place (`dir/name`) of each file.', {
    schema: { examples: ['reports/'] },
  }),
};

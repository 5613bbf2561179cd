/** Options of `convert` where pixels come out: images, drawings, pages turned into images, and the size of video. */
import { choice, count, flag, integer, type Options, appliesTo } from './option-schema.ts';
import type { FormatPair, OptionSpec } from './operation-spec.ts';

/** `fit`, for every operation that resizes. */
export const fit: OptionSpec = choice(
  ['max', 'crop', 'scale'],
  'How the picture is fitted into `width` and `height`: `max` inside them and never enlarged, `crop` filled and cut to them, `scale` stretched to exactly them.',
  { default: 'max' },
);

const toPicture: readonly FormatPair[] = [{ to: ['image', 'vector'] }];
const toPictureOrVideo: readonly FormatPair[] = [
  { to: ['image', 'vector', 'video'] },
  { from: ['image', 'vector', 'cad'], to: ['pdf'] },
];
const fromPages: readonly FormatPair[] = [
  { from: ['pdf', 'document', 'presentation', 'spreadsheet', 'ebook'], to: ['image', 'vector'] },
  { from: ['vector', 'cad', 'eps', 'ps', 'xps', 'emf', 'wmf'], to: ['image', 'vector', 'pdf'] },
  { from: ['image'], to: ['pdf'] },
];

export const pictureOptions: Options = {
  ...appliesTo(toPictureOrVideo, {
    width: count('Width in pixels. Given alone, the height follows in proportion.', {
      schema: { examples: [1600] },
    }),
    height: count('Height in pixels. Given alone, the width follows in proportion.', {
      schema: { examples: [900] },
    }),
    fit,
  }),
  ...appliesTo([{ to: ['image'] }, { from: ['image'], to: ['pdf'] }], {
    quality: integer('Quality of a lossy image in percent: higher looks better and is larger.', {
      schema: { minimum: 1, maximum: 100, examples: [80] },
    }),
  }),
  ...appliesTo([{ from: ['image', 'vector'], to: ['image', 'vector', 'pdf'] }, { to: ['image'] }], {
    strip: flag('Remove all metadata (EXIF, XMP, comments, profiles) from the image.', { default: false }),
    auto_orient: flag('Turn the image upright as its EXIF orientation says.', { default: true }),
  }),
  ...appliesTo(fromPages, {
    pixel_density: count('Pixels per inch at which pages and drawings are turned into an image.', {
      schema: { examples: [150, 300] },
    }),
  }),
  ...appliesTo(toPicture, {
    alpha: choice(['keep', 'remove'], 'What to do with transparency: `keep` it or `remove` it onto white.', {
      default: 'keep',
    }),
  }),
  ...appliesTo([{ to: ['image', 'vector', 'pdf'] }], {
    colorspace: choice(
      ['sRGB', 'CMYK', 'Gray'],
      'Colour space of the output; `CMYK` for JPEG, TIFF, PSD, PDF and PostScript.',
    ),
  }),
  ...appliesTo([{ from: ['cad'] }], {
    all_layouts: flag('Convert every layout of the drawing, not the model alone.', { default: false }),
    auto_zoom: flag('Zoom to the extent of the drawing.', { default: true }),
  }),
};

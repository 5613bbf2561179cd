/** `watermark`: a text or an image laid over or under pages, images and video. */
import { commonOptions, pageList } from './common-options.ts';
import type { OperationSpec } from './operation-spec.ts';
import { appliesTo, choice, count, integer, text } from './option-schema.ts';

const family = (name: string, ...styles: readonly string[]): readonly string[] => [
  name,
  ...styles.map((style) => `${name} ${style}`),
];

/** CloudConvert's 33 names. */
const fontNames: readonly string[] = [
  'Andale Mono',
  ...family('Arial', 'Black', 'Bold', 'Bold Italic', 'Italic'),
  ...family('Courier New', 'Bold', 'Bold Italic', 'Italic'),
  ...family('Georgia', 'Bold', 'Bold Italic', 'Italic'),
  ...family('Helvetica', 'Bold', 'BoldOblique', 'Narrow Bold', 'Narrow BoldOblique', 'Oblique'),
  'Impact',
  ...family('Times New Roman', 'Bold', 'Bold Italic', 'Italic'),
  ...family('Trebuchet MS', 'Bold', 'Bold Italic', 'Italic'),
  ...family('Verdana', 'Bold', 'Bold Italic', 'Italic'),
];

export const watermark: OperationSpec = {
  name: 'watermark',
  summary: 'Lay a text or an image over images, PDF pages or video.',
  role: 'process',
  options: {
    ...commonOptions,
    text: text('The text of the watermark; this or `image`.', { schema: { examples: ['DRAFT'] } }),
    image: text(
      'Name of the task that gives the picture (PNG, JPEG or SVG) of the watermark; this or `text`.',
      {
        isFileInput: true,
        accepts: { kinds: ['image', 'vector'] },
        schema: { examples: ['logo'] },
      },
    ),
    ...appliesTo([{ from: ['pdf'] }], {
      pages: pageList('Pages that get the watermark. Default: all.'),
      layer: choice(['above', 'below'], 'Whether the watermark lies above or below the page content.', {
        default: 'above',
      }),
    }),
    font_size: count('Size of the text: points on a PDF, pixels on images and video.', {
      schema: { examples: [40] },
    }),
    font_width_percent: integer('Width of the text in percent of the page, instead of `font_size`.', {
      schema: { minimum: 1, maximum: 100, examples: [50] },
    }),
    font_color: text('Colour of the text as `#RRGGBB`, in quotes: YAML takes a bare `#` for a comment.', {
      schema: { pattern: '^#[0-9A-Fa-f]{6}$', examples: ['#ff0000'] },
    }),
    font_name: choice(fontNames, 'Typeface of the text.'),
    font_align: choice(['left', 'center', 'right'], 'Alignment of a text of several lines.', {
      default: 'left',
    }),
    image_width: count('Width of the picture: points on a PDF, pixels on images and video.', {
      schema: { examples: [200] },
    }),
    image_height: count('Height of the picture: points on a PDF, pixels on images and video.', {
      schema: { examples: [80] },
    }),
    image_width_percent: integer('Width of the picture in percent of the page, instead of `image_width`.', {
      schema: { minimum: 1, maximum: 100, examples: [25] },
    }),
    position_vertical: choice(['top', 'center', 'bottom'], 'Where it stands vertically.', {
      default: 'center',
    }),
    position_horizontal: choice(['left', 'center', 'right'], 'Where it stands horizontally.', {
      default: 'center',
    }),
    margin_vertical: integer('Distance from the upper or lower edge: points on a PDF, pixels otherwise.', {
      default: 25,
      schema: { minimum: 0 },
    }),
    margin_horizontal: integer('Distance from the left or right edge: points on a PDF, pixels otherwise.', {
      default: 25,
      schema: { minimum: 0 },
    }),
    opacity: integer('Opacity in percent: 100 hides what lies below, 0 is invisible.', {
      default: 100,
      schema: { minimum: 0, maximum: 100 },
    }),
    rotation: integer('Rotation in degrees, clockwise.', {
      default: 0,
      schema: { minimum: -360, maximum: 360, examples: [45] },
    }),
  },
  required: [],
  oneOf: [['text', 'image']],
  accepts: { kinds: ['image', 'vector', 'pdf', 'video'] },
  gives: 'same',
  groupBy: 'file',
  example: {
    operation: 'watermark',
    input: 'images',
    text: '© Example Ltd',
    position_vertical: 'bottom',
    position_horizontal: 'right',
    opacity: 60,
  },
};

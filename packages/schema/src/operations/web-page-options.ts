/** Options for what a browser shows: how it loads a page, prints it and draws it. `convert` and `capture-website` share them. */
import { choice, count, flag, length, text, type Options } from './option-schema.ts';

/** On paper. */
export const printOptions: Options = {
  print_background: flag('Print the backgrounds of the web page.', { default: true }),
  display_header_footer: flag('Print `header_template` and `footer_template` on every page.', {
    default: false,
  }),
  header_template: text(
    'HTML of the page header. Classes `date`, `title`, `url`, `pageNumber`, `totalPages` are filled in.',
    {
      schema: { examples: ['<span class="title"></span>'] },
    },
  ),
  footer_template: text('HTML of the page footer, as `header_template`.', {
    schema: { examples: ['<span class="pageNumber"></span>'] },
  }),
};

export const loadOptions: Options = {
  wait_until: choice(
    ['load', 'domcontentloaded', 'networkidle0', 'networkidle2'],
    'When the web page counts as loaded: on an event of the browser, or with no (`networkidle0`) or at most two (`networkidle2`) connections for 500 ms.',
    { default: 'load' },
  ),
  wait_for_element: text('CSS selector of an element that must be there before the page is taken.', {
    schema: { examples: ['#chart'] },
  }),
  wait_time: length('Milliseconds to wait after the page has loaded.', {
    default: 0,
    schema: { type: 'integer', examples: [500] },
  }),
  css_media_type: choice(
    ['print', 'screen'],
    'Which style sheets of the page are used. Default: `print` for PDF, `screen` for pictures.',
  ),
};

/** As a picture. */
export const screenOptions: Options = {
  screen_width: count('Width of the browser window in pixels.', {
    default: 1440,
    schema: { examples: [1440] },
  }),
  screen_height: count(
    'Height of the browser window in pixels: the picture then shows the window alone. Default: the whole page.',
    { schema: { examples: [900] } },
  ),
};

const margin = (side: string): ReturnType<typeof length> =>
  length(`Margin at the ${side} of the page in millimetres.`, { schema: { examples: [10] } });

export const pageMargins: Options = {
  margin_top: margin('top'),
  margin_bottom: margin('bottom'),
  margin_left: margin('left'),
  margin_right: margin('right'),
};

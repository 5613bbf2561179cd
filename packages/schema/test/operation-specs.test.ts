/** The table of operations: complete, described, and consistent with itself. */
import { describe, expect, test } from 'vitest';
import {
  formatKind,
  isKnownFormat,
  loadPipeline,
  type OperationName,
  operationNames,
  operationSpecs,
} from '@pipeline/schema';

const kinds =
  'image vector pdf document spreadsheet presentation ebook data archive audio video font cad other';
const common = 'input_format filename engine engine_version';

/** Every option that CloudConvert is known to have, by operation. */
const cloudConvertOptions: Readonly<Partial<Record<OperationName, string>>> = {
  'import/url': 'url filename headers',
  'import/upload': 'redirect',
  'import/base64': 'file filename',
  'import/raw': 'file filename',
  'import/s3': 'bucket region access_key_id secret_access_key endpoint key key_prefix session_token filename',
  'import/azure/blob': 'storage_account container storage_access_key sas_token blob blob_prefix filename',
  'import/google-cloud-storage': 'project_id bucket client_email private_key file file_prefix filename',
  'import/openstack': 'auth_url username password region container file file_prefix filename',
  'import/sftp': 'host username port password private_key file path filename',
  'export/url': 'inline archive_multiple_files inline_additional',
  'export/s3':
    'bucket region access_key_id secret_access_key endpoint session_token key key_prefix acl cache_control ' +
    'content_disposition content_type metadata server_side_encryption tagging',
  'export/azure/blob': 'storage_account container storage_access_key sas_token blob blob_prefix metadata',
  'export/google-cloud-storage': 'project_id bucket client_email private_key file file_prefix',
  'export/openstack': 'auth_url username password region container file file_prefix',
  'export/sftp': 'host username port password private_key file path',
  'export/upload': 'url headers',
  convert:
    `output_format ${common} optimize_print pdf_a include_markup bookmarks pages password hidden_slides output_type ` +
    'slides_per_handout_page pixel_density embed_images zoom page_width page_height margin_top margin_bottom ' +
    'margin_left margin_right print_background display_header_footer header_template footer_template wait_until ' +
    'wait_for_element wait_time fit width height strip auto_orient quality alpha colorspace outline embed_css ' +
    'embed_javascript embed_fonts split_pages bg_format video_codec crf preset profile subtitles_mode audio_codec ' +
    'audio_bitrate faststart video_bitrate tune level fps keyframe_interval aspect_ratio trim_start trim_end channels ' +
    'sample_rate volume subtitles watermark_position_vertical watermark_position_horizontal ' +
    'watermark_margin_vertical watermark_margin_horizontal page_size font_size',
  optimize: `${common} profile quality flatten_signatures colorspace`,
  watermark:
    `${common} pages layer text font_size font_width_percent font_color font_name font_align image image_width ` +
    'image_height image_width_percent position_vertical position_horizontal margin_vertical margin_horizontal ' +
    'opacity rotation',
  'capture-website':
    'url output_format pages zoom page_width page_height margin_top margin_bottom margin_left margin_right ' +
    'print_background display_header_footer header_template footer_template wait_until wait_for_element wait_time ' +
    'headers screen_width screen_height css_media_type engine engine_version filename',
  thumbnail: `${common} output_format width height fit count timestamp`,
  metadata: 'input_format engine engine_version',
  'metadata/write': `${common} metadata`,
  merge: `${common} output_format merge_direction merge_mode`,
  archive: `${common} output_format`,
  'archive/extract': common,
  command: 'engine engine_version command arguments capture_output',
  'pdf/a': `${common} conformance_level`,
  'pdf/x': `${common} variant`,
  'pdf/ocr': `${common} auto_orient language`,
  'pdf/encrypt': `${common} set_password set_owner_password allow_extract allow_accessibility allow_modify allow_print`,
  'pdf/decrypt': `${common} password`,
  'pdf/split-pages': common,
  'pdf/extract-pages': `${common} pages`,
  'pdf/rotate-pages': `${common} pages rotation`,
};

test('every operation but those on local files is in the list of CloudConvert', () => {
  const ours = operationNames.filter((name) => cloudConvertOptions[name] === undefined);
  expect(ours).toEqual(['import/local', 'export/local']);
});

describe.each(operationNames)('%s', (name) => {
  const spec = operationSpecs[name];

  test('has every option that CloudConvert has', () => {
    const wanted = cloudConvertOptions[name]?.split(' ') ?? [];
    expect(Object.keys(spec.options)).toEqual(expect.arrayContaining(wanted));
  });

  test('describes itself and each option in a sentence', () => {
    for (const text of [
      spec.summary,
      ...Object.values(spec.options).map(({ schema }) => schema.description),
    ]) {
      expect(text).toMatch(/^[A-Z0-9`].{5,}\.$/s);
    }
  });

  test('has no option with the name of a control key', () => {
    const control =
      'operation input needs matrix if group_by retry timeout ignore_error cache runs_on options label';
    expect(Object.keys(spec.options).filter((option) => control.split(' ').includes(option))).toEqual([]);
  });

  test('requires only options that it has', () => {
    expect(Object.keys(spec.options)).toEqual(
      expect.arrayContaining([...spec.required, ...(spec.oneOf ?? []).flat()]),
    );
  });

  test('has defaults and examples that its own schema allows', () => {
    for (const [option, { schema, default: fallback }] of Object.entries(spec.options)) {
      const examples = Array.isArray(schema['examples']) ? schema['examples'] : [];
      for (const value of [...examples, ...(fallback === undefined ? [] : [fallback])]) {
        const wrong = mistakesIn(name, { ...spec.example, [option]: value }).filter(
          ({ message }) => message.includes(`"${option}"`) && !message.includes('only one'),
        );
        expect({ option, value, wrong }).toEqual({ option, value, wrong: [] });
      }
    }
  });

  test('names only kinds and formats that there are', () => {
    const pairs = Object.values(spec.options).flatMap(({ appliesTo }) => appliesTo ?? []);
    const names = [
      ...pairs.flatMap(({ from = [], to = [] }) => [...from, ...to]),
      ...(spec.accepts?.formats ?? []),
    ];
    for (const one of names) expect(kinds.split(' ').includes(one) || isKnownFormat(one), one).toBe(true);
  });

  test('has an example that is a valid task and uses only its options', () => {
    expect(spec.example['operation']).toBe(name);
    const { operation: _operation, input: _input, ...options } = spec.example;
    expect(Object.keys(spec.options)).toEqual(expect.arrayContaining(Object.keys(options)));
    expect(spec.example['input'] === undefined).toBe(spec.role === 'import');
    expect(mistakesIn(name, spec.example)).toEqual([]);
  });
});

test('the check of examples does find a wrong one', () => {
  const wrong = mistakesIn('convert', { ...operationSpecs.convert.example, quality: 101 });
  expect(wrong.map(({ message }) => message)).toEqual(['"quality" must be at most 100, not the number 101']);
});

/** Checks the task in a pipeline where everything that it refers to is there. */
function mistakesIn(name: OperationName, task: object): readonly { message: string }[] {
  const { input, ...others }: { input?: unknown; image?: unknown } = { ...task };
  const sources = [...[input ?? []].flat(), 'logo', 'captions'].map(String);
  const secrets = [...JSON.stringify(task).matchAll(/secrets\.(\w+)/g)].map((found) => found[1]);
  const pipeline = {
    secrets: [...new Set(secrets)],
    tasks: {
      ...Object.fromEntries(sources.map((source) => [source, { operation: 'import/upload' }])),
      it: { ...others, ...(input === undefined ? {} : { input }) },
    },
  };
  const loaded = loadPipeline({ path: `${name}.json`, text: JSON.stringify(pipeline) }, {});
  return loaded.ok ? [] : loaded.error.filter(({ severity }) => severity === 'error');
}

test('kinds are those of the formats', () => {
  expect(
    new Set(
      [
        'jpg',
        'svg',
        'pdf',
        'docx',
        'xlsx',
        'pptx',
        'epub',
        'json',
        'zip',
        'mp3',
        'mp4',
        'ttf',
        'dwg',
        'eml',
      ].map(formatKind),
    ),
  ).toEqual(new Set(kinds.split(' ')));
});

/** What programs for drawings are started with. None of them is. */
import { expect, test } from 'vitest';
import { ghostscriptArgs } from '../../src/converters/drawings/ghostscript.ts';
import { inkscapeArgs } from '../../src/converters/drawings/inkscape.ts';
import { djvuArgs, mupdfArgs, pstoeditArgs } from '../../src/converters/drawings/native-drawings.ts';
import { popplerCommand } from '../../src/converters/drawings/poppler.ts';

const job = (to: string, options = {}) => ({
  inputPath: '/w/in/input.eps',
  inputName: 'x',
  from: to === 'svg' ? 'pdf' : 'eps',
  to,
  options,
  outputPath: `/w/out/output.${to}`,
  outputDir: '/w/out',
  workDir: '/w',
  fileInputs: {},
});

test('the arguments, in safe mode and with absolute paths', () => {
  const gs = ghostscriptArgs(job('png', { pages: '1, 3-4', pixel_density: 96 }));
  expect(gs).toEqual(
    expect.arrayContaining(['-dSAFER', '-r96', '-sPageList=1,3-4', '-sOutputFile=/w/out/page-%04d.png']),
  );
  expect(gs.slice(-2)).toEqual(['-f', '/w/in/input.eps']);
  expect(inkscapeArgs(job('svg', { pages: 2 }))).toEqual([
    '--export-type=svg',
    '--export-filename=/w/out/output.svg',
    '--export-area-page',
    '--export-plain-svg',
    '--pdf-page=2',
    '/w/in/input.eps',
  ]);
  expect(pstoeditArgs(job('dxf'))).toEqual([
    '-q',
    '-split',
    '-f',
    'dxf_s',
    '/w/in/input.eps',
    '/w/out/page-%d.dxf',
  ]);
  expect(djvuArgs(job('pdf', { pages: 2 }))).toEqual([
    '-format=pdf',
    '-page=2',
    '/w/in/input.eps',
    '/w/out/output.pdf',
  ]);
  expect(mupdfArgs(job('png'))).toContain('/w/out/page-%d.png');
  expect(
    popplerCommand({
      page: 3,
      input: '/i',
      file: '/o/p.jpg',
      to: 'jpg',
      options: { width: 80, quality: 50, password: 'x' },
    }),
  ).toEqual([
    'pdftocairo',
    '-jpeg',
    '-jpegopt',
    'quality=50',
    '-scale-to-x',
    '80',
    '-scale-to-y',
    '-1',
    '-f',
    '3',
    '-l',
    '3',
    '-singlefile',
    '/i',
    '/o/p',
  ]);
});

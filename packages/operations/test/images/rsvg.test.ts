/** Drawings onto paper by rsvg-convert. */
import { expect, test } from 'vitest';
import { rsvgArgs } from '../../src/converters/drawings/rsvg.ts';

const job = {
  inputPath: '/w/in/input.svg',
  inputName: '-o evil.svg',
  from: 'svg',
  to: 'pdf',
  options: {},
  outputPath: '/w/out/output.pdf',
  outputDir: '/w/out',
  workDir: '/w',
  fileInputs: {},
};

test('arguments hold our own names only, and the size as it is asked for', () => {
  expect(rsvgArgs(job)).toEqual([
    '--format=pdf',
    '--keep-aspect-ratio',
    '--output=/w/out/output.pdf',
    '/w/in/input.svg',
  ]);
  expect(rsvgArgs({ ...job, to: 'eps', options: { width: 300, height: 200, pixel_density: 150 } })).toEqual([
    '--format=eps',
    '--dpi-x=150',
    '--dpi-y=150',
    '--width=300',
    '--height=200',
    '--output=/w/out/output.pdf',
    '/w/in/input.svg',
  ]);
});

/** A checked pipeline, kept as JSON, is the same pipeline. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { pipelineFromJson, pipelineToJson } from '@pipeline/schema';
import { load } from './load.ts';

const everything = `
name: all of it
tag: t
params:
  quality: { type: integer, default: 80, minimum: 1, maximum: 100 }
  who: { type: string, pattern: "^[a-z]+$" }
env: { REGION: eu, HOST: }
secrets: [TOKEN]
concurrency: { max: 50%, convert: 2, ffmpeg: 1 }
on_error: stop
watch: { settle: 1s, ignore: ["*.bak"] }
tasks:
  src: { operation: import/local, path: ["in/*.png", "!in/_*"] }
  web:
    operation: convert
    input: src
    label: small ones
    matrix: { width: [480, 960], format: [webp, jpg], exclude: [{ width: 480, format: jpg }] }
    if: \${{ params.quality > 10 && file.ext == 'png' }}
    output_format: \${{ matrix.format }}
    width: \${{ matrix.width }}
    quality: \${{ params.quality }}
    retry: { attempts: 3, delay: 1s }
    timeout: 2m
    verify: { width: 960 }
  out: { operation: export/local, input: web, path: "out/\${{ file.stem }}.\${{ file.ext }}" }
`;

const root = new URL('../../../', import.meta.url);
const examples = ['quickstart', 'site-assets', 'dossier', 'film', 'cloudconvert-job'];
const texts = examples.map((name) => readFileSync(new URL(`examples/${name}/pipeline.yaml`, root), 'utf8'));

test.each([everything, ...texts])('%#', (text) => {
  const pipeline = load(text);
  expect(pipelineFromJson(pipelineToJson(pipeline))).toStrictEqual(pipeline);
});

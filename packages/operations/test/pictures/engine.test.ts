/** An engine that does not do the work is a mistake that the plan names, for every operation on single pictures. */
import { expect, test } from 'vitest';
import { optimize } from '../../src/operations/optimize.ts';
import { thumbnail } from '../../src/operations/thumbnail.ts';
import { watermark } from '../../src/operations/watermark.ts';
import { action, artifact, contextOf, newFolder } from '../places/action.ts';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

const operations = {
  optimize: { operation: optimize, options: {} },
  thumbnail: { operation: thumbnail, options: { output_format: 'png' } },
  watermark: { operation: watermark, options: { text: 'Draft' } },
} as const;

test.each(['optimize', 'thumbnail', 'watermark'] as const)('%s: which engines and versions', async (name) => {
  const root = newFolder();
  const file = path.join(root, 'a.png');
  writeFileSync(file, 'never opened by a plan');
  const { operation, options } = operations[name];
  const plan = async (more: Readonly<Record<string, string>>): Promise<string> => {
    const inputs = [artifact(file, { dir: '', sizeBytes: 22 })];
    const request = action({
      operation: name,
      options: { ...options, ...more },
      inputs,
      task: { name: 'b' },
    });
    const planned = await operation.plan(request, contextOf(root));
    return planned.ok ? 'ok' : planned.error.message;
  };
  expect(await plan({})).toBe('ok');
  expect(await plan({ engine: 'sharp' })).toBe('ok');
  expect(await plan({ engine: 'imagemagick' })).toBe('ok');
  expect(await plan({ engine: 'sharp', engine_version: '0.35.5' })).toBe('ok');
  expect(await plan({ engine: 'nonsense' })).toContain('The engine "nonsense" does not do');
  expect(await plan({ engine_version: '9.9' })).toContain('engine_version 9.9 is not here');
  // The version named is ImageMagick's, and ImageMagick is not what would run.
  expect(await plan({ engine: 'imagemagick', engine_version: '7.1.0' })).toContain('engine_version 7.1.0');
});

/** Pictures that the tests make themselves, and a way to have a host work on them in this process. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '@pipeline/schema';
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { host } from '../../src/converters/pictures/sharp-host.ts';
import { ConversionError } from '../../src/host/protocol.ts';
import type { ConversionErrorData, HostModule } from '../../src/host/protocol.ts';
import { newFolder } from '../places/action.ts';

/** Left half red, right half blue. */
export function twoColours(width = 80, height = 40): Sharp {
  const half = {
    create: { width: Math.floor(width / 2), height, channels: 3 as const, background: '#0000ff' },
  };
  return sharp({ create: { width, height, channels: 3, background: '#ff0000' } }).composite([
    { input: half, left: width - half.create.width, top: 0 },
  ]);
}

export interface Output {
  readonly names: readonly string[];
  readonly paths: readonly string[];
  /** Of the first. */
  readonly bytes: Buffer;
  readonly answer: JsonObject;
}

export interface PictureJob {
  readonly type?: string;
  readonly to?: string;
  readonly outputName?: string;
  readonly options?: JsonObject;
  readonly more?: JsonObject;
}

export async function convert(input: Buffer | string, name: string, job: PictureJob): Promise<Output> {
  return runJob(host, { input, name }, job);
}

export async function runJob(
  module: HostModule,
  file: { readonly input: Buffer | string; readonly name: string },
  job: PictureJob,
): Promise<Output> {
  const folder = newFolder();
  const inputPath = join(folder, 'input', '..', file.name);
  writeFileSync(inputPath, file.input);
  const outputDir = newFolder();
  const to = job.to ?? 'png';
  const answer = await module.run(
    {
      type: job.type ?? 'convert',
      inputPath,
      inputName: file.name,
      to,
      format: to,
      outputDir,
      outputName: job.outputName ?? `out.${to}`,
      options: job.options ?? {},
      ...job.more,
    },
    () => undefined,
  );
  const names = Array.isArray(answer['files']) ? answer['files'].map(String) : [];
  const paths = names.map((output) => join(outputDir, output));
  return { names, paths, bytes: readFileSync(paths[0] ?? ''), answer };
}

/** What a host says of a file that it does not take; fails the test when it takes it, or breaks on it. */
export async function refusal(work: Promise<unknown>): Promise<ConversionErrorData> {
  const outcome = await work.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('error' in outcome && outcome.error instanceof ConversionError) return outcome.error.data;
  throw new Error(
    `not refused: ${'error' in outcome ? String(outcome.error) : JSON.stringify(outcome.value)}`,
  );
}

/** `[r, g, b]` or `[r, g, b, a]` at a place. */
export async function pixel(picture: Buffer | string, left: number, top: number): Promise<readonly number[]> {
  return [...(await sharp(picture).extract({ left, top, width: 1, height: 1 }).raw().toBuffer())];
}

/** As many channels as are wanted. */
export function isNear(found: readonly number[], wanted: readonly number[], distance = 12): boolean {
  return wanted.every((value, index) => Math.abs(value - (found[index] ?? -999)) <= distance);
}

/** Coloured noise, the same every time. */
export function noise(width: number, height: number): Sharp {
  let state = 12_345;
  const samples = Uint8Array.from({ length: width * height * 3 }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 24;
  });
  return sharp(samples, { raw: { width, height, channels: 3 } });
}

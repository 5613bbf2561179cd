import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundaryOf, MultipartError, readParts } from '../../src/multipart.ts';
import { readDisposition } from '../../src/part-disposition.ts';

interface Found {
  readonly name?: string;
  readonly filename?: string;
  readonly content: Buffer;
}

async function parse(body: Buffer, chunkBytes = 65_536): Promise<Found[]> {
  const chunks = async function* (): AsyncGenerator<Buffer> {
    for (let at = 0; at < body.length; at += chunkBytes) yield body.subarray(at, at + chunkBytes);
  };
  const found: Found[] = [];
  for await (const { read, ...disposition } of readParts(chunks(), 'xyz')) {
    const pieces: Buffer[] = [];
    for (let piece = await read(); piece !== undefined; piece = await read()) pieces.push(Buffer.from(piece));
    found.push({ ...disposition, content: Buffer.concat(pieces) });
  }
  return found;
}

const part = (disposition: string, content: string | Buffer): Buffer =>
  Buffer.concat([Buffer.from(`--xyz\r\n${disposition}\r\n\r\n`), Buffer.from(content), Buffer.from('\r\n')]);

const form = (...parts: readonly Buffer[]): Buffer => Buffer.concat([...parts, Buffer.from('--xyz--\r\n')]);

describe('the parts of a form', () => {
  it('come in their order, whole, and however the bytes arrive', async () => {
    const near = fc.array(
      fc.constantFrom('\r', '\n', '-', '--', 'xyz', '\r\n--xy', 'x', '\0', 'ü', '\r\n\r\n'),
    );
    const content = fc.oneof(
      near.map((pieces) => Buffer.from(pieces.join(''))),
      fc.uint8Array({ maxLength: 300 }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(content, { maxLength: 5 }),
        fc.integer({ min: 1, max: 40 }),
        async (contents, chunkBytes) => {
          const whole = contents
            .map((bytes) => Buffer.from(bytes))
            .filter((bytes) => !bytes.includes('\r\n--xyz'));
          const body = form(
            ...whole.map((bytes, at) => part(`Content-Disposition: form-data; name="f${at}"`, bytes)),
          );
          expect(await parse(body, chunkBytes)).toEqual(
            whole.map((bytes, at) => ({ name: `f${at}`, content: bytes })),
          );
          // Cut off anywhere before the closing boundary, it is never taken for whole.
          const cut = body.subarray(0, Math.max(0, body.length - 4 - (chunkBytes % 7)));
          await expect(parse(cut, chunkBytes)).rejects.toThrow(MultipartError);
        },
      ),
      { numRuns: 200, seed: 4 },
    );
  });

  it('are skipped when nobody reads them', async () => {
    const names: (string | undefined)[] = [];
    const body = form(
      part('Content-Disposition: form-data; name="a"', 'x'.repeat(9)),
      part('content-disposition:form-data;name=b', ''),
    );
    for await (const { name } of readParts(
      (async function* () {
        yield body;
      })(),
      'xyz',
    ))
      names.push(name);
    expect(names).toEqual(['a', 'b']);
  });

  it('stand between a preamble and an epilogue, and may have padded boundaries, folded headers, or none', async () => {
    const body = Buffer.from(
      'hello\r\n--xyz \t\r\nX: 1\r\nContent-Disposition: form-data;\r\n name="a"\r\n\r\n1\r\n--xyz\r\n\r\n2\r\n--xyz--\r\nbye',
    );
    expect(await parse(body, 3)).toEqual([
      { name: 'a', content: Buffer.from('1') },
      { content: Buffer.from('2') },
    ]);
  });

  it.each([
    ['nothing', ''],
    ['no boundary', 'hello'],
    ['a boundary that goes on', '--xyzzy\r\n\r\n1\r\n--xyz--'],
    ['headers without an end', `--xyz\r\nA: ${'a'.repeat(100_000)}`],
    ['headers that are too long', `--xyz\r\nA: ${'a'.repeat(20_000)}\r\n\r\n1\r\n--xyz--`],
  ])('%s is no form', async (_, body) => {
    await expect(parse(Buffer.from(body))).rejects.toThrow(MultipartError);
  });

  it('a source that breaks off breaks off the part with its own error', async () => {
    const source = async function* (): AsyncGenerator<Buffer> {
      yield Buffer.from('--xyz\r\nContent-Disposition: form-data; name="file"\r\n\r\nabc');
      throw new Error('aborted');
    };
    const reading = (async () => {
      for await (const { read } of readParts(source(), 'xyz')) while ((await read()) !== undefined);
    })();
    await expect(reading).rejects.toThrow('aborted');
  });
});

it.each([
  [
    'multipart/form-data; boundary=----------uc4huvgrbjlwe7ihjb1atuxf85vs6q1q',
    '----------uc4huvgrbjlwe7ihjb1atuxf85vs6q1q',
  ],
  ['Multipart/Form-Data; charset=utf-8; Boundary="a b"', 'a b'],
  ['multipart/form-data;boundary=x;charset=utf-8', 'x'],
  ['multipart/form-data', undefined],
  ['multipart/form-data; boundary=', undefined],
  ['multipart/mixed; boundary=x', undefined],
  ['application/json', undefined],
  [undefined, undefined],
])('the boundary of %j is %j', (contentType, boundary) => {
  expect(boundaryOf(contentType)).toBe(boundary);
});

describe('the name of a file', () => {
  it.each([
    // Browsers and most libraries.
    ['form-data; name="file"; filename="a b;c.png"', 'a b;c.png'],
    ['form-data; name="file"; filename="say %22hi%22.png"', 'say "hi".png'],
    ['form-data; filename="a.png"; name="file"', 'a.png'],
    // curl.
    ['form-data; name="file"; filename="say \\"hi\\" \\\\ .png"', 'say "hi" \\ .png'],
    // CloudConvert's Node SDK: never quoted.
    ['form-data;name="file";filename=input.png', 'input.png'],
    ['form-data;name="file";filename=in put;ü.png', 'in put;ü.png'],
    ['form-data;name="file";filename=a; b=c.png', 'a; b=c.png'],
    ['form-data;name="file";filename="quoted".png', '"quoted".png'],
    ['form-data;name="file";filename=it\'s "so".png', 'it\'s "so".png'],
    ['form-data;name="file";filename=100%.png', '100%.png'],
    ['form-data;name="file";filename=日本語 🎉.png', '日本語 🎉.png'],
    // Careless ones.
    ['form-data; name="file"; filename="a "b" c.png"', 'a "b" c.png'],
    ['form-data; name="file"; filename="C:\\temp\\new.png"', 'C:\\temp\\new.png'],
    ["form-data; name=file; filename=x.png; filename*=UTF-8''%C3%BC.png", 'ü.png'],
    ['form-data; name=file; filename="x.png"; filename*=bad', 'x.png'],
    ['form-data; name=file; filename=""', ''],
    ['FORM-DATA; Name=file; FileName=x.png', 'x.png'],
  ])('%s', (header, filename) => {
    expect(readDisposition(Buffer.from(header))).toEqual({ name: 'file', filename });
  });

  it('may be Latin-1, as old clients write', () => {
    expect(
      readDisposition(Buffer.from('form-data; name="file"; filename="\xFC.png"', 'latin1')).filename,
    ).toBe('ü.png');
  });

  it.each(['', 'attachment; name="file"', 'form-data-x; name="file"'])('%j belongs to no form', (header) => {
    expect(readDisposition(Buffer.from(header))).toEqual({});
  });

  it('takes no longer than its length, whatever stands in it', () => {
    for (const hostile of [
      '"\\\\'.repeat(4000),
      ' '.repeat(16_000),
      ';'.repeat(16_000),
      '"; '.repeat(5000),
      '\\"'.repeat(8000),
    ]) {
      const started = performance.now();
      readDisposition(Buffer.from(`form-data; name="file"; filename="${hostile}`));
      readDisposition(Buffer.from(`form-data; name="file"; filename=${hostile}`));
      expect(performance.now() - started).toBeLessThan(500);
    }
  });
});

/** Elements inside of each other are counted before pandoc is asked, which would work on them for minutes. */
import { expect, test } from 'vitest';
import { markupDepth } from '../../src/converters/pandoc/markup-depth.ts';

test.each([
  ['plain text', 0],
  ['<div><p>a<p>b<p>c<br><img src="x"></div>', 1],
  ['<ul><li>a<ul><li>b</ul></ul><ul><li>c</ul>', 2],
  ['</div></div><DIV><Span>x</Span></DIV>', 2],
  ['<a/><b/><c x="1"/>', 0],
  ['<!-- <div><div><div> --><div>x</div><!-- <div>', 1],
  ['<script>if (a<b) "<div><div>"</script><style>a<b</style><i>x</i>', 1],
  ['a < b <3 <', 0],
])('%j is %i deep', (markup, depth) => {
  expect(markupDepth(markup)).toBe(depth);
});

test('a long file takes no long time, whatever it is made of', () => {
  expect(markupDepth('<div>'.repeat(200_000))).toBe(200_000);
  expect(markupDepth('<!-- '.repeat(200_000))).toBe(0);
  expect(markupDepth('<div '.repeat(100_000))).toBe(100_000);
  expect(markupDepth('<'.repeat(1_000_000))).toBe(0);
});

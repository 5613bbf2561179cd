import { PassThrough } from 'node:stream';
import { emptyProgress, progress } from '@pipeline/engine';
import { createStyle } from '../../src/reporters/terminal-style.ts';
import { LiveView } from '../../src/tui/live-view.tsx';
import { TerminalOutput } from '../../src/tui/terminal-output.ts';
import { ended, expanded, jobStarted, percent, started } from '../reporters/scripted-run.ts';
const term: any = new PassThrough(); term.columns = 80; term.rows = 24; term.isTTY = true; term.resume();
let now = 0; let due: any;
const costs: number[] = [];
const clock = { now: () => now, after: (ms: number, call: any) => { due = { at: now + ms, call }; return () => {}; },
  costOf: (work: any) => { const a = process.cpuUsage(); work(); const u = process.cpuUsage(a); costs.push((u.user + u.system) / 1000); return 0; } };
let s = [jobStarted({ pdf: {}, cover: {}, web: {}, zip: {} }), ...['pdf', 'cover', 'web', 'zip'].map((t) => expanded(t, 250))].reduce(progress, emptyProgress);
for (let i = 0; i < 8; i++) s = progress(s, started(`pdf[guide/chapter-${i}.docx]`, 0));
const output = new TerminalOutput(term, {});
const view = new LiveView({ output, stdin: undefined, clock, style: createStyle({ isColored: true, isUnicode: true }), onQuit() {}, onPlain() {} }, { progress: s, permanent: [], startedAt: 0 });
let n = 8;
for (let f = 0; f < 600; f++) {
  for (let k = 0; k < 5; k++) {
    const a = n - 8;
    s = progress(s, percent(`pdf[guide/chapter-${a + 3}.docx]`, now, { percent: (f * 7) % 100, message: 'page ' + f }));
  }
  s = progress(s, ended(`pdf[guide/chapter-${n - 8}.docx]`, now)); s = progress(s, started(`pdf[guide/chapter-${n}.docx]`, now)); n++;
  view.update({ progress: s, permanent: [], startedAt: 0 });
  now += 150; const d = due; due = undefined; d.call();
}
view.end();
const avg = (l: number[]) => (l.reduce((x, y) => x + y, 0) / l.length).toFixed(2);
console.log('frames', costs.length, 'first20', avg(costs.slice(0, 20)), '20-100', avg(costs.slice(20, 100)), '100-200', avg(costs.slice(100, 200)), '400-600', avg(costs.slice(400)));

/** Stands for Pipeline: runs a program that works for ever, and waits to be killed. Arguments: its folder. */
import { runProgram } from '../../dist/programs/run-program.js';

const [, , workDir] = process.argv;
const work = 'setInterval(() => require("fs").writeFileSync("alive", String(Date.now())), 20)';
const script = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(work)}], { stdio: 'inherit' }); setInterval(() => {}, 1000)`;
await runProgram({
  program: 'ffmpeg',
  command: 'node',
  args: ['-e', script],
  workDir,
  reads: [],
  signal: new AbortController().signal,
  about: 'clip.mp4',
});

/** `pipeline graph`: the task graph of a valid pipeline, as text, Mermaid or DOT. */
import { unreachable } from '@pipeline/schema';
import { exitCode } from '../exit-code.ts';
import { drawDot } from '../graph/draw-dot.ts';
import { drawMermaid } from '../graph/draw-mermaid.ts';
import { drawText } from '../graph/draw-text.ts';
import { type TaskGraph, taskGraph } from '../graph/task-graph.ts';
import { openPipeline } from '../open-pipeline.ts';
import type { Invocation } from '../parse-arguments.ts';
import type { Command } from '../surroundings.ts';

type Format = 'text' | 'mermaid' | 'dot';

/** Wide enough for all but the longest options when there is no terminal to ask. */
const widthOfFiles = 160;

export const graph: Command = async (invocation, surroundings) => {
  const opened = await openPipeline(named(invocation), surroundings);
  if (!opened.ok) return opened.error;
  const { stdout } = surroundings;
  stdout.write(draw(taskGraph(opened.value.pipeline), format(invocation), stdout.columns ?? widthOfFiles));
  return exitCode.done;
};

function named({ arguments: [argument], flags }: Invocation): string | undefined {
  return argument ?? flags.values.get('file');
}

function format({ flags }: Invocation): Format {
  const given = flags.values.get('format');
  return given === 'mermaid' || given === 'dot' ? given : 'text';
}

function draw(graph: TaskGraph, format: Format, width: number): string {
  switch (format) {
    case 'text':
      return drawText(graph, width);
    case 'mermaid':
      return drawMermaid(graph);
    case 'dot':
      return drawDot(graph);
    default:
      return unreachable(format);
  }
}

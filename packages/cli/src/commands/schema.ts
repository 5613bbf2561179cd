/** `pipeline schema`: the JSON Schema of pipeline files. */
import { exitCode } from '../exit-code.ts';
import type { Command } from '../surroundings.ts';

export const schema: Command = async (_invocation, { stdout }) => {
  const { pipelineSchema } = await import('@pipeline/schema');
  stdout.write(`${JSON.stringify(pipelineSchema(), undefined, 2)}\n`);
  return exitCode.done;
};

/** `pipeline explain`: why an action would run or not, or where a file comes from. Nothing runs. */
import { exitCode } from '../exit-code.ts';
import { actionExplanationJson, listJson, outputExplanationJson } from '../inspect/explain-json.ts';
import { actionText, type ExplainLook, listText, outputText } from '../inspect/explain-text.ts';
import { createExplainer, explainAction, type Explainer, explainOutput } from '../inspect/explanation.ts';
import { findSubject, type Subject } from '../inspect/find-subject.ts';
import { lookOf } from '../inspect/look.ts';
import { maskedJson } from '../inspect/masked-json.ts';
import { predictRun } from '../inspect/predict-run.ts';
import { shownFile } from '../inspect/shown-action.ts';
import { readRunOptions } from '../run-options.ts';
import type { Command } from '../surroundings.ts';
import { usageError } from '../usage-error.ts';

export const explain: Command = async (invocation, surroundings) => {
  const { stdout, stderr, cwd, env } = surroundings;
  const [word] = invocation.arguments;
  if (word === undefined)
    return usageError(
      {
        message: 'explain what?',
        hint: 'name an action, a task or a file: pipeline explain public/guide.pdf',
      },
      stderr,
    );
  // The argument is no pipeline file here.
  const options = await readRunOptions({ ...invocation, arguments: [] }, cwd);
  if (!options.ok) return usageError(options.error, stderr);
  return predictRun({ options: options.value, flags: invocation.flags, surroundings }, async (predicted) => {
    const { prediction, past, plan, prepared } = predicted;
    const { baseDir } = plan.context;
    const isOutput = (file: string): boolean => past.last?.outputOf(file) !== undefined;
    const subject = findSubject({ word, prediction, cwd, baseDir, isOutput });
    if (subject.type === 'nothing')
      return usageError(
        {
          message: `there is no action, task or file "${word}" in ${plan.pipeline.source.path}`,
          hint: subject.hint,
        },
        stderr,
      );
    const shown = await showSubject(subject, createExplainer(predicted, env), {
      ...lookOf(invocation, surroundings),
      baseDir,
      word,
      now: Date.now(),
    });
    const { masker } = prepared;
    stdout.write(
      invocation.flags.switches.has('json') ? maskedJson(shown.json, masker) : masker.text(shown.text),
    );
    return exitCode.done;
  });
};

interface Shown {
  readonly text: string;
  readonly json: object;
}

async function showSubject(
  subject: Exclude<Subject, { readonly type: 'nothing' }>,
  explainer: Explainer,
  look: ExplainLook & { readonly word: string },
): Promise<Shown> {
  switch (subject.type) {
    case 'action': {
      const explanation = explainAction(subject.prediction, explainer);
      return { text: actionText(explanation, look), json: actionExplanationJson(explanation) };
    }
    case 'output': {
      const explanation = await explainOutput(subject.path, subject.prediction, explainer);
      return { text: outputText(explanation, look), json: outputExplanationJson(explanation) };
    }
    case 'task':
      return listOf(subject.prediction.task, subject.prediction.actions, look);
    case 'source':
      return listOf(`taken from ${shownFile(subject.path, look.baseDir)}`, subject.predictions, look);
    default:
      return listOf(look.word, subject.predictions, look);
  }
}

const listOf = (name: string, predictions: Parameters<typeof listText>[1], look: ExplainLook): Shown => ({
  text: listText(name, predictions, look),
  json: listJson(name, predictions),
});

/** `capture-website`: a page of the web as PDF or picture, by an installed Chromium. It knows the options, not the browser. */
import path from 'node:path';
import type { ActionPlan, ActionRequest, Failure, Operation, OperationContext } from '@pipeline/engine';
import type { OperationResult } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { applicableOptions, canonicalFormat, err, ok } from '@pipeline/schema';
import { madeBy } from '../basis/made-by.ts';
import { firstBadOutput } from '../files/check-output.ts';
import { chromium, drawPage } from '../converters/chromium/chromium.ts';
import { settingsProblem } from '../converters/chromium/chromium-settings.ts';
import { satisfiesVersion } from '../routes/engine-version.ts';
import { httpTarget } from '../http/http-target.ts';
import type { HttpTarget } from '../http/http-target.ts';
import type { Network } from '../http/network.ts';
import { shownUrl } from '../http/shown-url.ts';
import { safeFileName } from '../files/safe-file-name.ts';
import { nameOf, outputName, stemOf } from '../files/output-name.ts';
import { textOption } from '../read-options.ts';
import { missingNeeds } from '../routes/needs.ts';

export const captureWebsite = (network: Network): Operation => ({
  plan,
  run: (request, context) => run(request, context, network),
});

interface Plan extends HttpTarget {
  readonly to: string;
  readonly name: string;
}

async function plan(request: ActionRequest): Promise<Result<ActionPlan, Failure>> {
  const planned = planOf(request);
  if (!planned.ok) return planned;
  const version = await chromium.version();
  const wrong = wrongEngine(request, version);
  if (wrong !== undefined) return err(wrong);
  return ok({
    ...(await madeBy(chromium)),
    outputs: [{ dir: '', name: planned.value.name }],
  });
}

function planOf({ options }: ActionRequest): Result<Plan, Failure> {
  const target = httpTarget(options);
  if (!target.ok) return target;
  const to = canonicalFormat(textOption(options, 'output_format') ?? '');
  const idle = idleOption(options, to);
  if (idle !== undefined) return err(idle);
  const problem = settingsProblem(options, to);
  if (problem !== undefined) return err(failure('unsupported', problem, { code: 'INVALID_OPTION' }));
  const name = outputName(pageName(target.value.url), options);
  if (!name.ok) return name;
  const missing = missingNeeds(chromium);
  if (missing !== undefined) return err(missing);
  return ok({ ...target.value, to, name: nameOf(name.value, { number: 1, count: 1 }) });
}

/** An expression may choose the format, so that only now it shows what an option is for. */
function idleOption(options: ActionRequest['options'], to: string): Failure | undefined {
  const applicable = applicableOptions('capture-website', options, { from: undefined, to });
  const idle = Object.keys(options).find((name) => !Object.hasOwn(applicable, name));
  return idle === undefined
    ? undefined
    : failure('unsupported', `\`${idle}\` has no meaning for ${to}`, {
        code: 'INVALID_OPTION',
        hint: 'Leave it out.',
      });
}

/** `/docs/intro.html` → `intro`, the front page → the name of the host; an extension is added by the caller. */
function pageName(url: URL): string {
  const last = url.pathname.split('/').findLast((part) => part !== '') ?? '';
  const stem = stemOf(safeFileName(decoded(last)) ?? '');
  return `${stem === '' ? url.hostname.replaceAll(/[^\w.-]/g, '') : stem}.html`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function wrongEngine({ options }: ActionRequest, version: string): Failure | undefined {
  const engine = textOption(options, 'engine');
  const invalid = { code: 'INVALID_OPTION' };
  if (engine !== undefined && engine !== chromium.name && engine !== 'chrome') {
    return failure('unsupported', `The engine "${engine}" captures no websites on the local backend`, {
      ...invalid,
      hint: 'Leave `engine` out: chrome does it.',
    });
  }
  const wanted = textOption(options, 'engine_version');
  if (wanted === undefined || satisfiesVersion(version, wanted) === true) return undefined;
  const message = `engine_version ${wanted} is not here: websites are captured by Chromium ${version}`;
  return failure('unsupported', message, { ...invalid, hint: 'Leave `engine_version` out.' });
}

async function run(
  request: ActionRequest,
  context: OperationContext,
  network: Network,
): Promise<Result<OperationResult, Failure>> {
  const planned = planOf(request);
  if (!planned.ok) return planned;
  const wrong = wrongEngine(request, await chromium.version());
  if (wrong !== undefined) return err(wrong);
  const { url, headers, to, name } = planned.value;
  const outputPath = path.join(context.workDir, `page.${to}`);
  const inputName = shownUrl(url).slice(1, -1);
  const drawn = await drawPage({
    host: 'website',
    job: {
      type: 'website',
      url: url.href,
      headers: { ...headers },
      inputName,
      to,
      outputPath,
      network: network.type,
    },
    options: request.options,
    signal: context.signal,
    progress: context.progress,
  });
  if (!drawn.ok) return drawn;
  const outputs = [{ dir: '', name, path: outputPath }];
  const bad = await firstBadOutput(outputs, { to, converter: chromium.name, input: inputName });
  return bad === undefined ? ok({ outputs }) : err(bad);
}

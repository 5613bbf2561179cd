/** Signed URLs: run the job that stands in them, wait for its end, and lead to the first file that it exports. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError, notFound } from '../api-error.ts';
import type { StoredTask } from '../job.ts';
import { baseOf } from '../request-view.ts';
import { shownUrl } from '../resources.ts';
import { type RouteContext, untilEnded } from '../route-context.ts';
import { createSignedJobs } from '../signed-jobs.ts';
import { readSignedUrl } from '../signed-url.ts';
import { firstUrl, storeJob } from './jobs.ts';

interface ByBase {
  readonly Params: { readonly base: string };
}

export function signedUrlRoutes(app: FastifyInstance, context: RouteContext): void {
  const { store, signedUrls = [], options } = context.parts;
  const jobs = createSignedJobs(context, (made) => storeJob(made, context));

  const handler = async (request: FastifyRequest<ByBase>, reply: FastifyReply): Promise<FastifyReply> => {
    const base = signedUrls.find(({ id }) => id === request.params.base);
    if (base === undefined) throw notFound('The signed URL');
    const [path = '', ...query] = request.url.split('?');
    const signed = readSignedUrl(query.join('?'), {
      bases: basesOf(path, request.headers.host ?? '', options.publicUrl),
      secret: base.signingSecret,
    });
    const id = await jobs.jobFor(base, signed);
    await untilEnded(id, reply, context);
    const job = store.job(id);
    if (job === undefined) throw notFound('The job');
    const tasks = store.tasksOf(job);
    const url = job.status === 'finished' ? firstUrl(tasks) : undefined;
    if (url === undefined) throw whyNot(tasks);
    void reply.header('cache-control', 'no-cache, private');
    return reply.redirect(shownUrl(url, baseOf(request.raw, options.publicUrl)), 302);
  };

  // Asking for the headers alone would run the job as well: that is not offered.
  const route = { method: 'GET', exposeHeadRoute: false, handler } as const;
  app.route<ByBase>({ ...route, url: '/s/:base' });
  app.route<ByBase>({ ...route, url: '/:base', constraints: { host: /^s\./i } });
}

/** Behind a proxy, the server does not know by which scheme it was reached: with the right secret, either is right. */
function basesOf(path: string, host: string, publicUrl: string | undefined): readonly string[] {
  const bases = [`https://${host}${path}`, `http://${host}${path}`];
  return publicUrl === undefined ? bases : [...bases, `${publicUrl}${path}`];
}

/** The failure that was there first: others only follow from it. */
function whyNot(tasks: readonly StoredTask[]): ApiError {
  const failed = tasks.filter(({ status }) => status === 'error');
  const first = failed.find(({ code }) => code !== 'INPUT_TASK_FAILED') ?? failed[0];
  return new ApiError(422, {
    code: first?.code ?? 'NO_RESULT',
    message: first?.message ?? 'The job has exported no file.',
  });
}

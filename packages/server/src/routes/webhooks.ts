/** The webhooks of an account: made, listed, deleted. It sends none. */
import type { FastifyInstance } from 'fastify';
import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from '@pipeline/schema';
import { type FieldErrors, invalidData, notFound } from '../api-error.ts';
import { envelope, pageOf, parameter, takePage } from '../pagination.ts';
import { isHttpUrl } from '../read-job.ts';
import { sendJson, sendNothing } from '../request-view.ts';
import { webhookResource } from '../resources.ts';
import { type ById, type ByQuery, callerOf, needs, type RouteContext, viewOf } from '../route-context.ts';
import { type WebhookEvent, webhookEvents } from '../webhook-store.ts';

export function webhookRoutes(app: FastifyInstance, context: RouteContext): void {
  const { webhooks } = context.parts;
  const reads = { onRequest: needs('webhook.read', context) };
  const writes = { onRequest: needs('webhook.write', context) };

  app.post<{ Body: JsonValue }>('/webhooks', writes, async (request, reply) => {
    const { userId } = callerOf(request);
    const given = readWebhook(isJsonObject(request.body) ? request.body : {});
    if (webhooks.webhooks(userId).length >= maxWebhooks) {
      throw invalidData({ url: [`An account may have at most ${maxWebhooks} webhooks.`] });
    }
    const webhook = await webhooks.add({ userId, ...given });
    void reply.code(201);
    return sendJson(request, reply, { data: webhookResource(webhook, viewOf(request, context).base) });
  });

  app.get<ByQuery>('/users/me/webhooks', reads, (request, reply) => {
    const { query } = request;
    const { base } = viewOf(request, context);
    const url = parameter(query, 'filter[url]');
    const all = webhooks.webhooks(callerOf(request).userId);
    const page = pageOf(query);
    const { items, hasMore } = takePage(
      all.filter((webhook) => url === undefined || webhook.url === url),
      page,
    );
    const data = items.map((webhook) => webhookResource(webhook, base));
    return sendJson(
      request,
      reply,
      envelope({ data, hasMore, page, path: `${base}/v2/users/me/webhooks`, query }),
    );
  });

  app.delete<ById>('/webhooks/:id', writes, async (request, reply) => {
    const webhook = webhooks.webhook(Number(request.params.id));
    if (webhook?.userId !== callerOf(request).userId) throw notFound('The webhook');
    await webhooks.remove(webhook.id);
    return sendNothing(reply);
  });
}

const maxWebhooks = 100;

function readWebhook(body: JsonObject): { readonly url: string; readonly events: readonly WebhookEvent[] } {
  const { url } = body;
  const events = readEvents(body['events']);
  if (typeof url === 'string' && isHttpUrl(url) && events !== undefined) return { url, events };
  const errors: FieldErrors = {
    ...(!(typeof url === 'string' && isHttpUrl(url)) && { url: ['The url must be an http or https URL.'] }),
    ...(events === undefined && {
      events: [`The events must be a list of at least one of ${webhookEvents.join(', ')}.`],
    }),
  };
  throw invalidData(errors);
}

function readEvents(given: JsonValue | undefined): readonly WebhookEvent[] | undefined {
  if (!isJsonList(given)) return undefined;
  const known = webhookEvents.filter((event) => given.includes(event));
  const isSound = known.length > 0 && given.every((event) => webhookEvents.some((one) => one === event));
  return isSound ? known : undefined;
}

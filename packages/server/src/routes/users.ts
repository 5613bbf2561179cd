/** The account that a key belongs to. Nothing costs anything here: credits never run out. */
import type { FastifyInstance } from 'fastify';
import { resourceDate } from '@pipeline/schema';
import { sendJson } from '../request-view.ts';
import { callerOf, needs, type RouteContext, viewOf } from '../route-context.ts';

const credits = 1_000_000;

export function userRoutes(app: FastifyInstance, context: RouteContext): void {
  const startedAt = resourceDate(context.parts.now());

  app.get('/users/me', { onRequest: needs('user.read', context) }, (request, reply) => {
    const { userId, name } = callerOf(request);
    return sendJson(request, reply, {
      data: {
        id: userId,
        username: name,
        email: `${name}@localhost`,
        created_at: startedAt,
        credits,
        paying: false,
        task_priority: null,
        tasks_per_minute: null,
        links: { self: `${viewOf(request, context).base}/v2/users/${userId}` },
      },
    });
  });
}

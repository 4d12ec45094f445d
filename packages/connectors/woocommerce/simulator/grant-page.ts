import { createBudgets, createHttp, systemClock } from '@plimsoll/connector-kit'
import type { FastifyInstance } from 'fastify'

/** WooCommerce's page for an owner who always agrees: keys are posted to the callback, then the browser goes back. */
export function grantPage(
  app: FastifyInstance,
  options: { folder: string; keys: { consumerKey: string; consumerSecret: string } },
): void {
  type Query = Record<'user_id' | 'return_url' | 'callback_url' | 'scope', string>
  app.get<{ Querystring: Query }>(`${options.folder}/wc-auth/v1/authorize`, async ({ query }, reply) => {
    const { user_id, return_url, callback_url, scope } = query
    // A real shop takes https alone; a simulator's hub is this machine.
    const isSafe = /^(https:|http:\/\/127\.0\.0\.1)/.test(callback_url)
    if (scope !== 'read_write' || !isSafe) return reply.code(401).send('Error: the callback needs https')
    const http = createHttp({ budgets: createBudgets([], systemClock), clock: systemClock })
    const answer = await http.send({
      operation: 'callback',
      url: callback_url,
      method: 'POST',
      headers: { 'content-type': 'application/json;charset=utf-8' },
      body: JSON.stringify({
        key_id: 1,
        user_id,
        consumer_key: options.keys.consumerKey,
        consumer_secret: options.keys.consumerSecret,
        key_permissions: scope,
      }),
    })
    const success = answer.status === 200 ? '1' : '0'
    return reply.redirect(`${return_url}?${new URLSearchParams({ success, user_id })}`)
  })
}

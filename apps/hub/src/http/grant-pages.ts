import { finishGrant, type GrantEnd, SyncProblem, showGrant, startGrant } from '@plimsoll/sync'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { ServerContext } from './server.ts'

const params = z.object({ connector: z.string().regex(/^[a-z0-9-]{1,60}$/) })
const query = z.record(z.string(), z.string().max(8_000))
const COOKIE = 'plimsoll_grant'
/** Nothing is loaded, nothing runs, nobody frames it, and the address (it holds a code) goes nowhere. */
const HEADERS = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
}

/**
 * The pages between a person and a platform's own page: `start` sends the browser there, `callback` takes what it brings
 * back, or what the platform posts by itself, and `return` is where the browser comes after that. They lie at the public
 * address, so they trust nothing but ticket, state and cookie: see `beginGrant`.
 */
export function grantPages(hub: ServerContext): FastifyPluginAsync {
  const { context } = hub
  const { registry } = hub.engine
  return async (app) => {
    app.get('/connect/:connector/start', async (request, reply) => {
      const { connector } = params.parse(request.params)
      return await orExplain(reply, async () => {
        const started = await startGrant(context, connector, readQuery(request).ticket ?? '')
        const isSafe = context.publicUrl?.startsWith('https:') === true
        const cookie = `${COOKIE}=${started.browser}; Path=/connect/${connector}; Max-Age=${Math.ceil(started.maxAgeMs / 1_000)}; HttpOnly; SameSite=Lax${isSafe ? '; Secure' : ''}`
        return reply.headers({ ...HEADERS, 'set-cookie': cookie }).redirect(started.redirect, 303)
      })
    })
    app.get('/connect/:connector/callback', async (request, reply) => {
      const { connector } = params.parse(request.params)
      return await orExplain(reply, async () => {
        const answer = { query: readQuery(request), body: undefined }
        const browser = readCookie(request)
        return explain(reply, await finishGrant(context, registry, connector, { answer, browser }))
      })
    })
    app.get('/connect/:connector/return', async (request, reply) => {
      const { connector } = params.parse(request.params)
      return await orExplain(reply, async () => {
        const answer = { query: readQuery(request), body: undefined }
        return explain(reply, await showGrant(context, connector, { answer, browser: readCookie(request) }))
      })
    })
    await app.register(async (posted) => {
      posted.addContentTypeParser(
        'application/x-www-form-urlencoded',
        { parseAs: 'string' },
        (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
      )
      posted.post('/connect/:connector/callback', async (request, reply) => {
        const { connector } = params.parse(request.params)
        if (context.connectors.get(connector)?.grant?.answer !== 'post')
          return reply.status(404).headers(HEADERS).send()
        try {
          const answer = { query: readQuery(request), body: request.body }
          const end = await finishGrant(context, registry, connector, { answer, browser: undefined })
          return reply.status(end.kind === 'done' ? 200 : 409).send()
        } catch (error) {
          if (!(error instanceof SyncProblem)) throw error
          return reply.status(404).send()
        }
      })
    })
  }
}

function readQuery(request: FastifyRequest): Record<string, string> {
  const parsed = query.safeParse(request.query)
  return parsed.success ? parsed.data : {}
}

function readCookie({ headers }: FastifyRequest): string | undefined {
  const found = headers.cookie?.split(/; */).find((each) => each.startsWith(`${COOKIE}=`))
  return found?.slice(COOKIE.length + 1)
}

async function orExplain(reply: FastifyReply, work: () => Promise<FastifyReply>): Promise<FastifyReply> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof SyncProblem)) throw error
    return explain(reply, { kind: 'refused', code: error.code, message: error.message })
  }
}

/** A page in two languages; what platforms say is text and nothing else. */
function explain(reply: FastifyReply, end: GrantEnd): FastifyReply {
  const told = wordsOf(end)
  const status = end.kind === 'refused' ? 409 : 200
  const lines = told.lines.map((line) => `<p>${escapeHtml(line)}</p>`).join('\n')
  const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(told.title)}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:15vh auto;padding:0 1rem}</style>
<h1>${escapeHtml(told.title)}</h1>
${lines}
</html>`
  return reply.status(status).headers(HEADERS).type('text/html; charset=utf-8').send(page)
}

function wordsOf(end: GrantEnd): { title: string; lines: string[] } {
  switch (end.kind) {
    case 'done':
      return {
        title: `Connected: ${end.account ?? ''}`,
        lines: [
          'You may close this page and go back to Plimsoll.',
          '连接成功。您可以关闭此页面并返回 Plimsoll。',
        ],
      }
    case 'waiting':
      return {
        title: 'Waiting for the shop',
        lines: [
          'Its answer has not come yet. Load this page again in a moment.',
          '尚未收到店铺的答复，请稍后刷新此页面。',
        ],
      }
    case 'refused':
      return {
        title: 'Not connected',
        lines: [
          end.message,
          'Nothing was changed. Begin again in Plimsoll.',
          '连接未成功，未做任何更改。请在 Plimsoll 中重新开始。',
        ],
      }
    default: {
      const never: never = end
      return never
    }
  }
}

function escapeHtml(text: string): string {
  const names: Record<string, string> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": '#39' }
  return text.replace(/[&<>"']/g, (character) => `&${names[character]};`)
}

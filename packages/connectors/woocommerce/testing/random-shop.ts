import { createServer } from 'node:http'
import { type ChannelOperations, createBudgets, createHttp, systemClock } from '@plimsoll/connector-kit'
import { seededRandom } from '@plimsoll/connector-kit/simulator'
import { z } from 'zod'
import { connector } from '../index.ts'
import * as shapes from './answer-shapes.ts'
import { createRandomValues, type RandomValues } from './random-values.ts'

export type RandomShopSettings = {
  seed: number
  /** How often a request, or a row of a batch, is refused. */
  refusalRate: number
  /** Answers a request instead of chance: `GET wc/v3/orders`; undefined leaves it to chance. */
  script?(request: string, query: URLSearchParams): { body: unknown; total?: number } | undefined
  /** What happens to an answer on its way. */
  spoil?(body: string, random: () => number): string
}

/** A request with what was answered; undefined where that was no JSON. */
export type Exchange = { request: string; status: number; answer: unknown }

export type RandomShop = {
  connect(settings: RandomShopSettings): { operations: ChannelOperations; exchanges: Exchange[] }
  close(): Promise<void>
}

type Answered = { status: number; body: unknown; total?: number }

/**
 * A shop made of nothing but the facts of `answer-shapes.ts`: whatever a WooCommerce shop may answer, at random.
 * Nothing is stored; only what each route promises is kept, as a batch's rows being those that were sent.
 */
export async function startRandomShop(): Promise<RandomShop> {
  type Asked = { method: string; url: URL; body: string }
  type Answer = (asked: Asked) => { status: number; text: string; total: number | undefined }
  // Each connection has a folder of its own: what one still asks when it has failed must not reach the next.
  const folders: Answer[] = []
  const defects: unknown[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const url = new URL(request.url ?? '/', 'http://shop.invalid')
    const body = Buffer.concat(chunks).toString('utf8')
    const folder = Number(/^\/(\d+)\//.exec(url.pathname)?.[1])
    const answer = folders[folder]
    if (answer === undefined) throw new Error(`nobody is connected at ${url.pathname}`)
    try {
      const { status, text, total } = answer({ method: request.method ?? 'GET', url, body })
      response.statusCode = status
      response.setHeader('content-type', 'application/json')
      if (total !== undefined) response.setHeader('x-wp-total', String(total))
      response.end(text)
    } catch (error) {
      // The shop's own defect, not an answer: told when it closes.
      defects.push(error)
      response.destroy()
    }
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  const shopUrl = `http://127.0.0.1:${address.port}`

  return {
    connect({ seed, refusalRate, script, spoil }) {
      const random = seededRandom(seed)
      const values = createRandomValues(random)
      const exchanges: Exchange[] = []
      const folder = folders.length
      folders.push(({ method, url, body }) => {
        const path = url.pathname.replace(/^\/\d+\/wp-json\/?/, '')
        const request = `${method} ${path}`
        const scripted = script?.(request, url.searchParams)
        const made: Answered =
          scripted !== undefined
            ? { status: 200, ...scripted }
            : random() < refusalRate
              ? {
                  status: values.oneOf([400, 401, 403, 404, 413, 429, 500, 503]),
                  body: values.of(shapes.refusal),
                }
              : answerOf({ request, path, query: url.searchParams, body }, { values, refusalRate })
        const whole = JSON.stringify(made.body)
        const text = spoil === undefined ? whole : spoil(whole, random)
        exchanges.push({ request, status: made.status, answer: jsonIn(text) })
        return { status: made.status, text, total: made.total }
      })
      const operations = connector.open({
        settings: connector.manifest.settings.parse({ url: `${shopUrl}/${folder}` }),
        credentials: connector.manifest.credentials.parse({
          consumerKey: 'ck_random',
          consumerSecret: 'cs_random',
          webhookSecret: 'abcDEF0123456789',
        }),
        http: createHttp({
          budgets: createBudgets(connector.manifest.budgets, systemClock),
          clock: systemClock,
        }),
        now: () => systemClock.now(),
        uuid: () => crypto.randomUUID(),
      })
      return { operations, exchanges }
    },
    close: () =>
      new Promise((resolve, reject) => {
        server.closeAllConnections()
        server.close((error) => {
          const defect = error ?? defects[0]
          if (defect === undefined) resolve()
          else reject(defect)
        })
      }),
  }
}

type Call = { request: string; path: string; query: URLSearchParams; body: string }

function answerOf(
  { request, path, query, body }: Call,
  { values, refusalRate }: { values: RandomValues; refusalRate: number },
): Answered {
  const ok = (answered: unknown): Answered => ({ status: 200, body: answered })
  const rows = (shape: shapes.Shape & { kind: 'object' }): Answered => {
    const include = query.get('include')
    const wanted = include === null || include === '0' ? undefined : include.split(',').map(Number)
    // Some that are asked for are gone, and now and then one comes that nobody asked for.
    const ids = wanted?.flatMap((id) =>
      values.chance(0.85) ? [id] : values.chance(0.1) ? [values.id()] : [],
    )
    const all =
      ids === undefined ? values.rowsOf(shape) : ids.map((id) => ({ ...values.objectOf(shape), id }))
    const total = values.oneOf([all.length, all.length, undefined])
    return { ...ok(all), ...(total !== undefined && { total }) }
  }
  const one = (shape: shapes.Shape & { kind: 'object' }): Answered => {
    const named = Number(/\/(\d+)$/.exec(path)?.[1])
    const made = values.objectOf(shape)
    return ok(Number.isNaN(named) || values.chance(0.02) ? made : { ...made, id: named })
  }
  const refused = (id: number) => ({ id, error: values.of(shapes.refusal) })

  if (/^POST .*\/batch$/.test(request)) {
    const sent = batchSchema.parse(JSON.parse(body))
    const shape = path.includes('webhooks')
      ? shapes.webhook
      : path.includes('variations')
        ? shapes.variation
        : shapes.product
    const answered = (items: readonly { id?: number | undefined }[]) =>
      items.map(({ id = values.id() }) =>
        values.chance(refusalRate) ? refused(id) : { ...values.objectOf(shape), id },
      )
    const { create, update } = sent
    const removed = sent.delete.map((id) => ({ id }))
    const map = {
      ...(create.length > 0 && { create: answered(create) }),
      ...(update.length > 0 && { update: answered(update) }),
      ...(removed.length > 0 && { delete: answered(removed) }),
    }
    // PHP writes the empty map as a list.
    return ok(Object.keys(map).length === 0 ? [] : map)
  }
  if (path === '') return ok(values.of(shapes.siteIndex))
  if (path === 'wc/v3/system_status') return ok(values.of(shapes.systemStatus))
  if (path === 'wc/v3/settings/products') return rows(shapes.settingOption)
  if (path === 'wc/v3/products') return rows(shapes.product)
  if (/products\/\d+$/.test(path)) return one(values.chance(0.7) ? shapes.product : shapes.variation)
  if (path.endsWith('/variations')) return rows(shapes.variation)
  if (path === 'wc/v3/orders') return rows(shapes.order)
  if (/orders\/\d+$/.test(path)) return one(shapes.order)
  if (path.endsWith('/refunds')) return request.startsWith('POST') ? one(shapes.refund) : rows(shapes.refund)
  if (path === 'wc/v3/webhooks') return rows(shapes.webhook)
  const parts: readonly [RegExp, shapes.Shape & { kind: 'object' }][] = [
    [/\/notes$/, shapes.note],
    [/\/fulfillments$/, shapes.fulfillment],
    [/\/shipment-trackings$/, shapes.tracking],
  ]
  const part = parts.find(([route]) => route.test(path))
  if (part === undefined) throw new Error(`the connector asked ${request}, which no shape describes`)
  return request.startsWith('POST') ? one(part[1]) : rows(part[1])
}

const itemSchema = z.object({ id: z.int().optional() })
const batchSchema = z.object({
  create: z.array(itemSchema).default([]),
  update: z.array(itemSchema).default([]),
  delete: z.array(z.int()).default([]),
})

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

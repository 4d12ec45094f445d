import { createServer } from 'node:http'
import {
  bindContext,
  type ChannelOperations,
  createBudgets,
  createHttp,
  systemClock,
} from '@plimsoll/connector-kit'
import { seededRandom } from '@plimsoll/connector-kit/simulator'
import { type DocumentNode, execute, type GraphQLSchema, parse, validate } from 'graphql'
import { z } from 'zod'
import { BUDGET_NAME } from '../api.ts'
import { connector } from '../index.ts'
import { createRandomAnswers } from './random-answers.ts'

/** What happens to an answer on its way. */
export type Spoiling = (body: string, random: () => number) => string

export type RandomShopSettings = {
  seed: number
  /** How often a field fails instead of answering. */
  errorRate: number
  /** Ids of things that the shop has. */
  known: readonly string[]
  /** Answers an operation by its name (`PlimsollOrder`) instead of chance; undefined leaves it to chance. */
  script?(operation: string, variables: Record<string, unknown>): unknown
  spoil?: Spoiling
}

/** A request with the data that was answered; undefined where it was no JSON. */
export type Exchange = { query: string; variables: Record<string, unknown>; data: unknown }

export type RandomShop = {
  /** A connection of its own to a shop that answers by this seed. */
  connect(settings: RandomShopSettings): { operations: ChannelOperations; exchanges: Exchange[] }
  close(): Promise<void>
}

const requestSchema = z.object({ query: z.string(), variables: z.record(z.string(), z.unknown()) })

/**
 * A server that we did not write the answers of: graphql-js over a schema, answering at random. Nothing is stored, so
 * what it says need not agree with what it said before; only the schema is kept.
 */
export async function startRandomShop(schema: GraphQLSchema): Promise<RandomShop> {
  const documents = new Map<string, DocumentNode>()
  const documentOf = (query: string): DocumentNode => {
    const known = documents.get(query)
    if (known !== undefined) return known
    const document = parse(query)
    const errors = validate(schema, document)
    if (errors.length > 0)
      throw new Error(`the connector sent what the schema has not: ${errors[0]?.message}`)
    documents.set(query, document)
    return document
  }
  const defects: unknown[] = []
  let answer: (body: string) => Promise<string> = () => Promise.reject(new Error('nobody is connected'))

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    try {
      const text = await answer(Buffer.concat(chunks).toString('utf8'))
      response.setHeader('content-type', 'application/json')
      response.end(text)
    } catch (error) {
      // The shop's own defect, or a request that the schema has not; not an answer: told when it closes.
      defects.push(error)
      response.destroy()
    }
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  const endpoint = `http://127.0.0.1:${address.port}`

  return {
    connect({ seed, errorRate, known, script, spoil }) {
      const random = seededRandom(seed)
      const exchanges: Exchange[] = []
      answer = async (body) => {
        const { query, variables } = requestSchema.parse(JSON.parse(body))
        const asked = [...(body.match(/gid:\/\/shopify\/\w+\/\d+/g) ?? []), ...known]
        const answers = createRandomAnswers({ schema, random, asked, errorRate })
        const result = await execute({
          schema,
          document: documentOf(query),
          variableValues: variables,
          ...answers,
        })
        const scripted = script?.(/Plimsoll\w+/.exec(query)?.[0] ?? '', variables)
        const whole = JSON.stringify(scripted === undefined ? result : { data: scripted })
        const text = spoil === undefined ? whole : spoil(whole, random)
        exchanges.push({ query, variables, data: dataIn(text) })
        return text
      }
      const operations = connector.open(
        bindContext(connector, {
          settings: connector.manifest.settings.parse({ shop: 'random.myshopify.com', endpoint }),
          credentials: connector.manifest.credentials.parse({
            clientSecret: 's',
            accessToken: 'shpat_random',
          }),
          http: createHttp({
            // Points without end: nothing here is about throttling.
            budgets: createBudgets(
              [{ kind: 'cost-bucket', name: BUDGET_NAME, capacity: 1e9, refillPerSecond: 1e9 }],
              systemClock,
            ),
            clock: systemClock,
          }),
          now: () => systemClock.now(),
          uuid: () => crypto.randomUUID(),
        }),
      )
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

function dataIn(text: string): unknown {
  try {
    const json: unknown = JSON.parse(text.replace(/^\uFEFF/, ''))
    return z.object({ data: z.unknown() }).safeParse(json).data?.data
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

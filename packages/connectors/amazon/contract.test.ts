import { Ajv, type ValidateFunction } from 'ajv'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toFeed } from './feeds.ts'
import { limits } from './limits.ts'
import { type Exchange, recordStory } from './testing/exchanges.ts'
import {
  type Json,
  MODELS,
  type Operation,
  operationsOf,
  published,
  readSpec,
  strict,
} from './testing/published-models.ts'

/**
 * What the connector asks and what the simulator answers, each held to Amazon's own models: one story goes through every
 * operation that is used, and all that travelled is judged. Without the models there is nothing to judge by.
 */
const isHere = published !== undefined

/** The model of Fulfillment Inbound v0 is not among those that are compared with: README. */
const UNPUBLISHED = '/fba/inbound/v0/'
const INBOUND = ['getShipments', 'getShipmentItemsByShipmentId']

let exchanges: Exchange[] = []
let messages: string[] = []
let report = ''
let close: () => Promise<void> = async () => undefined
beforeAll(async () => {
  if (!isHere) return
  const recorded = await recordStory()
  exchanges = recorded.exchanges
  messages = recorded.messages
  report = recorded.report
  close = recorded.close
}, 60_000)
afterAll(() => close())

const operations: Operation[] = isHere ? MODELS.flatMap(operationsOf) : []
const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false })
if (isHere) {
  for (const model of MODELS) {
    ajv.addSchema({ $id: model, definitions: strict(readSpec(`models/${model}.json`).definitions) as Json })
  }
}

function validatorOf(model: string, schema: unknown): ValidateFunction {
  const named = JSON.stringify(strict(schema)).replaceAll('"#/definitions/', `"${model}#/definitions/`)
  return ajv.compile(JSON.parse(named))
}

function operationOf({ method, path }: Exchange): Operation | undefined {
  return operations.find((operation) => {
    const pattern = operation.path.replaceAll(/\{[^}]+\}/g, '[^/]+')
    return operation.method === method && new RegExp(`^${pattern}$`).test(path)
  })
}

describe.skipIf(!isHere)('the published models', () => {
  test('every call of the API is an operation of theirs, and the story makes all that are used', () => {
    const strange = exchanges.filter(
      (exchange) => operationOf(exchange) === undefined && !exchange.path.startsWith(UNPUBLISHED),
    )
    expect(strange.map(({ method, path }) => `${method} ${path}`)).toEqual([])
    const made = new Set(exchanges.map((exchange) => operationOf(exchange)?.operationId))
    expect(exchanges.filter(({ path }) => path.startsWith(UNPUBLISHED)).length).toBeGreaterThan(1)
    const known = new Set(['getOrders', ...INBOUND])
    expect(limits.map(({ name }) => name).filter((name) => !made.has(name) && !known.has(name))).toEqual([])
  })

  test('requests: parameters and bodies are as the models say', () => {
    expect(exchanges.length).toBeGreaterThan(20)
    for (const exchange of exchanges) {
      const operation = operationOf(exchange)
      if (operation === undefined) continue
      expect(problemsOfRequest(operation, exchange), `${exchange.method} ${exchange.path}`).toEqual([])
    }
  })

  test('answers: every status and body is as the models say', () => {
    for (const exchange of exchanges) {
      const operation = operationOf(exchange)
      if (operation === undefined) continue
      const about = `${exchange.method} ${exchange.path} ${exchange.status}`
      const answer = operation.responses[String(exchange.status)]
      expect(answer, about).toBeDefined()
      if (answer?.schema === undefined || exchange.answer === undefined) continue
      const validate = validatorOf(operation.model, answer.schema)
      validate(exchange.answer)
      expect(validate.errors ?? [], about).toEqual([])
    }
  })

  test('limits: rates and bursts are those of the usage plans', () => {
    for (const { name, rate, burst } of limits.filter((each) => !INBOUND.includes(each.name))) {
      const found = operations.filter(({ operationId }) => operationId === name).map(planOf)
      expect(found, name).toContainEqual({ rate, burst })
    }
  })

  test('feeds: what is sent, and what the simulator reports, are as the schemas say', () => {
    const write = { stockUnitId: 'A', locationId: 'DEFAULT', expected: undefined }
    const feed = toFeed(
      [
        { ...write, writeId: '1', quantity: 0 },
        { ...write, writeId: '2', stockUnitId: 'Ü/#"', quantity: 999_999 },
      ],
      'A3PLIMSOLLSIM',
    )
    expect(errorsOf('schemas/feeds/listings-feed-schema-v2.json', feed)).toEqual([])
    expect(errorsOf('schemas/feeds/listings-feed-message-schema-v2.json', feed.messages[0])).toEqual([])
    expect(
      errorsOf('schemas/feeds/listings-feed-processing-report-schema-v2.json', JSON.parse(report)),
    ).toEqual([])
  })

  test('notifications: what the simulator puts into the queue is as the schemas say', () => {
    const kinds = new Set<string>()
    for (const text of messages) {
      const message = JSON.parse(text)
      const kind: string = message.NotificationType ?? message.notificationType
      kinds.add(kind)
      expect(errorsOf(`schemas/notifications/${schemaOf[kind]}.json`, message), kind).toEqual([])
    }
    expect([...kinds].sort()).toEqual([
      'FBA_INVENTORY_AVAILABILITY_CHANGES',
      'FEED_PROCESSING_FINISHED',
      'FULFILLMENT_ORDER_STATUS',
      'ORDER_CHANGE',
    ])
  })
})

test.skipIf(isHere)('the published models are not here: nothing was compared with them', () => {
  expect(exchanges).toEqual([])
})

const schemaOf: Readonly<Record<string, string>> = {
  ORDER_CHANGE: 'OrderChangeNotification',
  FBA_INVENTORY_AVAILABILITY_CHANGES: 'FBAInventoryAvailabilityChangeNotification',
  FULFILLMENT_ORDER_STATUS: 'FulfillmentOrderStatusNotification',
  FEED_PROCESSING_FINISHED: 'FeedProcessingFinishedNotification',
}

function errorsOf(path: string, value: unknown): unknown[] {
  const { $schema: _, ...schema } = readSpec(path)
  const validate = ajv.compile(withoutNames(schema) as Json)
  validate(value)
  return validate.errors ?? []
}

/** Some give two of their parts one `$id`; none refers to any. */
function withoutNames(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutNames)
  if (typeof schema !== 'object' || schema === null) return schema
  return Object.fromEntries(
    Object.entries(schema).flatMap(([name, value]) =>
      name === '$id' && typeof value === 'string' ? [] : [[name, withoutNames(value)]],
    ),
  )
}

function planOf({ description }: Operation): { rate: number; burst: number } {
  const plan = /\|\s*-+\s*\|\s*-+\s*\|\s*\|\s*([\d.]+)\s*\|\s*(\d+)/.exec(description)
  return { rate: Number(plan?.[1]), burst: Number(plan?.[2]) }
}

function problemsOfRequest({ model, parameters }: Operation, { query, body }: Exchange): string[] {
  const problems: string[] = []
  const known = parameters.filter((parameter) => parameter.in === 'query')
  for (const name of Object.keys(query)) {
    if (!known.some((parameter) => parameter.name === name)) problems.push(`${name} is not known`)
  }
  for (const parameter of known) {
    const name = String(parameter.name)
    const text = query[name]
    if (text === undefined) {
      if (parameter.required === true) problems.push(`${name} is missing`)
      continue
    }
    const validate = validatorOf(model, schemaOfParameter(parameter))
    if (!validate(toValue(parameter, text)))
      problems.push(`${name}=${text}: ${ajv.errorsText(validate.errors)}`)
  }
  const wanted = parameters.find((parameter) => parameter.in === 'body')
  if (wanted?.schema !== undefined) {
    const validate = validatorOf(model, wanted.schema)
    if (!validate(body)) problems.push(ajv.errorsText(validate.errors))
  } else if (body !== undefined) problems.push('a body is not known')
  return problems
}

function schemaOfParameter({ type, items, enum: allowed, maxItems, maximum, minimum }: Json): Json {
  return JSON.parse(JSON.stringify({ type, items, enum: allowed, maxItems, maximum, minimum }))
}

function toValue({ type, collectionFormat }: Json, text: string): unknown {
  if (type === 'array') return text.split(collectionFormat === 'pipes' ? '|' : ',')
  if (type === 'integer' || type === 'number') return Number(text)
  if (type === 'boolean') return text === 'true'
  return text
}

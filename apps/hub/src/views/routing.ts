import type { OrderRouting, RoutingRulesAnswer, RoutingTrialAnswer } from '@plimsoll/client'
import {
  findOrdersToTry,
  findRoutingItems,
  findRoutingRules,
  loadRoutingOrders,
  loadRoutingPlaces,
  type PlaceWhy,
  RoutingBoard,
  type RoutingRules,
  type RoutingWorld,
  type StoredRoutingOrder,
  type StoredRoutingRules,
  saveRoutingRules,
  tryRules,
} from '@plimsoll/orders'
import { findLocations, refuse } from '@plimsoll/stock'
import {
  findOrderMoments,
  findSenders,
  placesToSendFrom,
  type SyncContext,
  syncProblem,
  toStockContext,
} from '@plimsoll/sync'
import { RefusalProblem } from '../refusal-problem.ts'

/** The rules in force, as people and programs read them. */
export async function getRoutingRules({
  database,
  organizationId,
}: SyncContext): Promise<RoutingRulesAnswer> {
  return toAnswer(await findRoutingRules(database.kysely, organizationId))
}

/**
 * Writes new rules.
 * @param version the one that they were made from; undefined: whatever it is
 * @throws RefusalProblem for a location that there is none of, and where others were written meanwhile
 */
export async function setRoutingRules(
  context: SyncContext,
  change: { rules: RoutingRules; version: number | undefined; actor: string },
): Promise<RoutingRulesAnswer> {
  await refuseUnknownLocations(context, change.rules)
  const saved = await saveRoutingRules(context.database, toStockContext(context), change)
  if (saved === undefined) {
    const { version } = await findRoutingRules(context.database.kysely, context.organizationId)
    throw new RefusalProblem(
      refuse(
        'version-changed',
        'If-Match',
        `The routing rules are at version ${version}, not ${change.version}.`,
      ),
    )
  }
  return toAnswer(saved)
}

export type TrialRequest = {
  /** Undefined: those in force, which shows what they come to. */
  rules: RoutingRules | undefined
  since: Date | undefined
  /** The newest so many. */
  orders: number
  /** Differences told one by one. */
  limit: number
  /** In place of stored orders. */
  given?: readonly StoredRoutingOrder[] | undefined
}

/** What rules would have come to on past orders; nothing is touched. */
export async function tryRoutingRules(
  context: SyncContext,
  request: TrialRequest,
): Promise<RoutingTrialAnswer> {
  const { database, organizationId } = context
  if (request.rules !== undefined) await refuseUnknownLocations(context, request.rules)
  const present = (await findRoutingRules(database.kysely, organizationId)).rules
  const orders =
    request.given ??
    (await loadRoutingOrders(
      database.kysely,
      organizationId,
      await findOrdersToTry(database.kysely, organizationId, { since: request.since, limit: request.orders }),
      'ordered',
    ))
  const world = await loadWorld(context, orders)
  const { differences, ...trial } = tryRules(world, orders, { present, tried: request.rules ?? present })
  return {
    ...trial,
    changed: differences.length,
    differences: differences
      .slice(0, request.limit)
      .map(({ order: { orderId, number }, ...codes }) => ({ orderId, number, ...codes })),
  }
}

/** From where what is open of an order would be sent now, and why. @throws SyncProblem where there is no such order */
export async function explainOrderRouting(context: SyncContext, idOrNumber: string): Promise<OrderRouting> {
  const { database, organizationId, clock } = context
  const known = await findOrderMoments(database.kysely, organizationId, idOrNumber)
  const [order] =
    known === undefined
      ? []
      : await loadRoutingOrders(database.kysely, organizationId, [known.orderId], 'open')
  if (order === undefined) throw syncProblem('unknown-order', 'order', `There is no order ${idOrNumber}.`)
  const { version, rules } = await findRoutingRules(database.kysely, organizationId)
  const world = await loadWorld(context, [order])
  const plan = new RoutingBoard({ ...world, rules }).decide(order, new Date(clock.now()))
  const codes = new Map(world.places.map(({ locationId, code }) => [locationId, code]))
  const skus = new Map((world.items ?? []).map(({ itemId, sku }) => [itemId, sku]))
  const skuOf = (lineId: string) =>
    skus.get(order.lines.find((line) => line.lineId === lineId)?.itemId ?? '') ?? ''
  return {
    orderId: order.orderId,
    number: order.number,
    rulesVersion: version,
    parcels: plan.parcels.map(({ locationId, lines }) => ({
      location: codes.get(locationId) ?? locationId,
      lines: lines.map((line) => ({ ...line, sku: skuOf(line.lineId) })),
    })),
    waiting: plan.waiting.map((each) => ({ ...each, sku: skuOf(each.lineId) })),
    cost: plan.cost,
    why: { ...plan.why, places: plan.why.places.map(toPlaceAnswer) },
  }
}

/** Everything but the rules: places with what is free of the items that these orders want. */
async function loadWorld(
  context: SyncContext,
  orders: readonly StoredRoutingOrder[],
): Promise<Omit<RoutingWorld, 'rules'>> {
  const { database, organizationId } = context
  const wanted = orders
    .flatMap(({ lines }) => lines)
    .flatMap(({ itemId, parts }) => [itemId, ...(parts ?? []).map((part) => part.itemId)])
  const itemIds = [...new Set(wanted)]
  const [places, items, senders] = await Promise.all([
    loadRoutingPlaces(database.kysely, organizationId, itemIds),
    findRoutingItems(database.kysely, organizationId, itemIds),
    findSenders(database.kysely, context),
  ])
  return { places: placesToSendFrom(places, senders, undefined), items }
}

async function refuseUnknownLocations(
  { database, organizationId }: SyncContext,
  rules: RoutingRules,
): Promise<void> {
  const known = new Set((await findLocations(database.kysely, organizationId)).map(({ code }) => code))
  for (const [index, rule] of rules.entries()) {
    for (const [field, codes] of Object.entries(codesOf(rule))) {
      const unknown = codes.find((code) => !known.has(code))
      if (unknown === undefined) continue
      const message = `There is no location with the code "${unknown}".`
      throw new RefusalProblem(refuse('unknown-location', `rules.${index}.${field}`, message))
    }
  }
}

function codesOf(rule: RoutingRules[number]): Record<string, string[]> {
  if (rule.kind === 'lowest-cost') {
    return { base: Object.keys(rule.base), tariffs: rule.tariffs.flatMap(({ from }) => from ?? []) }
  }
  const locations = 'locations' in rule ? (rule.locations ?? []) : []
  const notLocations = 'notLocations' in rule ? (rule.notLocations ?? []) : []
  return { locations, notLocations }
}

function toAnswer({ version, rules, actor, savedAt }: StoredRoutingRules): RoutingRulesAnswer {
  return { version, actor, savedAt: savedAt?.toISOString() ?? null, rules }
}

export function toPlaceAnswer(place: PlaceWhy): OrderRouting['why']['places'][number] {
  const { code, verdict } = place
  return {
    code,
    verdict,
    rule: 'rule' in place ? place.rule : null,
    kind: 'kind' in place ? place.kind : null,
    chosen: 'chosen' in place ? place.chosen : null,
    alone: 'alone' in place ? place.alone : null,
    kept: 'kept' in place ? place.kept : null,
  }
}

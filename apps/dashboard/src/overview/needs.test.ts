import type { ConnectionRow, Overview, TaskList } from '@plimsoll/client'
import { expect, test } from 'vitest'
import { decideNeeds, foldNeeds, sortOf } from './needs.ts'

const now = Date.parse('2026-05-01T12:00:00Z')

const connection = (connectionId: string, error: string | null): ConnectionRow => ({
  connectionId,
  connector: 'shopify',
  connectorName: 'Shopify',
  kind: 'channel',
  colour: '#000000',
  account: null,
  name: connectionId,
  state: 'live',
  pauseReasons: [],
  listings: 0,
  unmapped: 0,
  inStep: 0,
  pending: 0,
  refused: 0,
  drift: 0,
  lastOrderAt: null,
  ordersKnownUntil: null,
  lastWriteAt: null,
  lastWebhookAt: null,
  shipsOrdersFrom: null,
  error,
  errorTold: null,
  errorSince: null,
  budgetLeft: null,
  budget: null,
  circuit: null,
  worker: null,
})
const overview = (connections: ConnectionRow[], parked: number): Overview => ({
  organization: 'A brand',
  items: 0,
  listings: 0,
  inStep: 0,
  pending: 0,
  drift: 0,
  oversoldItems: 0,
  oversoldUnits: 0,
  parked,
  inboxWaiting: 0,
  ordersToday: 0,
  unitsToday: 0,
  propagationMs: null,
  orderRate: [],
  connections,
  demo: false,
  now: '2026-05-01T12:00:00Z',
})
const task = (
  kind: TaskList['rows'][number]['kind'],
  connectionId: string | null,
): TaskList['rows'][number] => ({
  taskId: `${kind} ${connectionId}`,
  holdId: null,
  location: null,
  told: null,
  listingId: null,
  kind,
  sku: null,
  connectionId,
  units: null,
  detail: '',
  cures: [],
  openedAt: '2026-05-01T12:00:00Z',
})

test('a quiet hub needs nobody', () => {
  expect(decideNeeds(overview([connection('a', null)], 0), [], now)).toEqual([])
})

test('what stands still comes first, then tasks, then parked events; nothing is told twice', () => {
  const tasks = [task('oversold', 'a'), task('connection', 'b'), task('connection', 'a')]
  const needs = decideNeeds(overview([connection('a', null), connection('b', 'refused')], 3), tasks, now)
  expect(
    needs.map((need) => (need.kind === 'task' ? `${need.task.kind} ${need.task.connectionId}` : need.kind)),
  ).toEqual(['connection', 'oversold a', 'connection a', 'parked'])
})

test('refused access comes before other trouble, what oversells before other tasks, what can wait last', () => {
  const refused = { ...connection('a', 'refused'), state: 'paused' as const, pauseReasons: ['unauthorized'] }
  const paused = { ...connection('b', null), state: 'paused' as const, pauseReasons: ['stock take'] }
  const tasks = (['unmapped', 'hold', 'runs-out', 'oversold'] as const).map((kind) => task(kind, 'b'))
  const needs = decideNeeds(overview([connection('c', 'broken'), paused, refused], 1), tasks, now)
  expect(needs.map((need) => (need.kind === 'connection' ? need.row.connectionId : sortOf(need)))).toEqual([
    'a',
    'c',
    'oversold',
    'hold',
    'runs-out',
    'parked',
    'paused',
    'unmapped',
  ])
})

test('a flood of one kind is folded after three and hides no other; nothing is lost', () => {
  const tasks = [
    ...Array.from({ length: 24 }, (_, number) => task('oversold', `${number}`)),
    task('hold', 'a'),
  ]
  const needs = decideNeeds(overview([], 1), tasks, now)
  const told = (unfolded: string[]) => foldNeeds(needs, new Set(unfolded))
  expect(told([]).map(({ need, folded }) => [sortOf(need), folded])).toEqual([
    ['oversold', 0],
    ['oversold', 0],
    ['oversold', 21],
    ['hold', 0],
    ['parked', 0],
  ])
  expect(told(['oversold']).map(({ need }) => need)).toEqual(needs)
})

test('an error of a few seconds calls nobody', () => {
  const throttled = { ...connection('a', 'Throttled.'), errorSince: '2026-05-01T11:59:50Z' }
  expect(decideNeeds(overview([throttled], 0), [], now)).toEqual([])
  expect(decideNeeds(overview([throttled], 0), [], now + 60_000)).toHaveLength(1)
})

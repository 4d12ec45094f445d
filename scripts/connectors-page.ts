/** `docs/connectors.md`: what each connector can do, as its manifest and the conformance suite say. Pure. */

import {
  type ConformanceSetups,
  conformanceCases,
  unclaimedCases,
} from '../packages/connector-kit/src/conformance/suite.ts'
import type { BudgetSpec, Connector, WarehouseTerms } from '../packages/connector-kit/src/index.ts'

/** A connector with the ways in which its suite is started; `npm test` runs each of them. */
export type Documented = { connector: Connector; setups: ConformanceSetups }

export function connectorsPage(documented: readonly Documented[]): string {
  const isWarehouse = ({ connector }: Documented) => connector.manifest.kind === 'warehouse'
  const warehouses = documented.filter(isWarehouse)
  const channels = documented.filter((each) => !isWarehouse(each))
  return [
    '# What each platform can do',
    '',
    'Written by `node scripts/make-connectors-page.ts`, which runs the [conformance suite](guides/write-a-connector.md) of each',
    'connector and stops where a case fails; the rest is what its manifest declares. A test holds this page equal to both.',
    '',
    '**Out of scope on every platform**: creating listings, and setting prices. Plimsoll keeps quantities true; it writes nothing',
    'else to a listing, but that it takes one off sale whose number could not be lowered, where the platform can.',
    '',
    ...table(
      [
        'platform',
        'connected by',
        'stock',
        'orders',
        'parcels',
        'cancels',
        'takes off sale',
        'its own stock',
        'conformance',
      ],
      channels.map(toRow),
    ),
    '',
    ...(warehouses.length === 0
      ? []
      : [
          'Warehouses, which count and ship for the brand:',
          '',
          ...table(WAREHOUSE_HEAD, warehouses.map(toWarehouseRow)),
          '',
        ]),
    'A case that a connector does not claim is not counted: `plimsoll conformance CONNECTOR` names each, with the reason.',
    '',
    ...documented.flatMap(({ connector, setups }) => section(connector, setups)),
  ].join('\n')
}

function toRow({ connector, setups }: Documented): string[] {
  const { manifest } = connector
  const { capabilities } = manifest
  return [
    `[${manifest.name}](#${anchor(manifest.name)})`,
    sayAccess(connector),
    `${capabilities.multiLocation ? 'several locations' : 'one location'}, ${capabilities.batchMax} a call`,
    sayOrders(connector),
    capabilities.tracking ? 'with tracking' : 'without tracking',
    capabilities.cancel === false ? 'no' : capabilities.cancel === 'lines' ? 'in part' : 'whole orders',
    capabilities.withdraw ?? 'no',
    capabilities.counts === true ? 'read' : 'none',
    sayConformance(setups),
  ]
}

const WAREHOUSE_HEAD = [
  'warehouse',
  'connected by',
  'asked once by',
  'cancels',
  'lots',
  'serials',
  'told of returns',
  'tells',
  'conformance',
]

function toWarehouseRow({ connector, setups }: Documented): string[] {
  const { manifest } = connector
  const { warehouse } = manifest
  return [
    `[${manifest.name}](#${anchor(manifest.name)})`,
    sayAccess(connector),
    warehouse?.requests === 'by-key' ? 'its own key' : 'looking first',
    sayCancel(warehouse?.cancel ?? false),
    warehouse?.lots === true ? 'told' : 'no',
    warehouse?.serials === true ? 'told' : 'no',
    sayNotices(warehouse?.returnNotices),
    sayFollowed(connector),
    sayConformance(setups),
  ]
}

function sayFollowed({ manifest }: Connector): string {
  const { capabilities, warehouse } = manifest
  const told = capabilities.webhooks.length > 0 ? ['webhook'] : []
  return [
    ...told,
    ...(capabilities.queue === undefined ? [] : ['queue']),
    ...((warehouse?.follows.length ?? 0) > 0 ? ['poll'] : []),
  ].join(', ')
}

function sayNotices(proof: WarehouseTerms['returnNotices']): string {
  if (proof === undefined) return 'no'
  return proof === 'by-key' ? 'its own key' : 'looking first'
}

function sayCancel(until: WarehouseTerms['cancel']): string {
  if (until === false) return 'no'
  return until === 'until-working' ? 'until it is worked on' : 'until it ships'
}

/** What stands for "how it writes" where nothing is written but requests. */
function sayRequests({ requests, linesMax, stuckAfterMs }: WarehouseTerms): string {
  const once =
    requests === 'by-key'
      ? 'asked again, it knows the request by its reference'
      : 'what was not answered is looked for first'
  return `- **How it is asked**: ${once}; ${linesMax} lines at the most; looked after when nothing was heard for ${sayMs(stuckAfterMs)}.`
}

/** From when on a count may be booked, and what is in it by then. */
function sayCounts({
  deducts,
  deductsWithinMs,
  countErrorMs,
  follows,
  byCountsAlone = [],
}: WarehouseTerms): string {
  const within = deductsWithinMs === undefined ? '' : `, shown within ${sayMs(deductsWithinMs)}`
  const falls =
    deducts === 'shipped'
      ? 'they fall as units leave'
      : `they fall as it takes a request${within}; what was asked for and has not left is added by the hub`
  const waitedFor = follows.filter((list) =>
    list === 'shipments' ? deducts === 'shipped' : !byCountsAlone.includes(list),
  )
  const booked =
    waitedFor.length === 0
      ? 'booked as they are read'
      : `booked once its ${waitedFor.join(', ')} were read up to ${sayMs(countErrorMs ?? 2_000)} after them`
  const alone =
    byCountsAlone.length === 0
      ? ''
      : `; its ${byCountsAlone.join(' and ')} are on documents alone: how many lie there is what they say`
  return `- **Its counts**: ${falls}; ${booked}${alone}.`
}

function sayAccess({ grant, tokens }: Connector): string {
  const typed = tokens === undefined ? 'keys' : 'keys, tokens renewed'
  return grant === undefined ? typed : `its own page, or ${typed}`
}

function sayOrders({ manifest }: Connector): string {
  const { webhooks, queue } = manifest.capabilities
  return [
    ...(webhooks.length > 0 ? ['webhook'] : []),
    ...(queue === undefined ? [] : ['queue']),
    'poll',
  ].join(', ')
}

function sayConformance(setups: ConformanceSetups): string {
  const cases = Object.values(setups).map((setup) =>
    conformanceCases(setup.connector).map((each) => ({ ...each, setup })),
  )
  const all = cases.flat()
  const owed = all.filter(({ title, setup }) => setup.notOwed?.[title] === undefined).length
  return `${owed} of ${all.length}${cases.length === 1 ? '' : `, ${cases.length} set-ups`}`
}

function section({ manifest, ...connector }: Connector, setups: ConformanceSetups): string[] {
  const { capabilities, budgets, apiVersion } = manifest
  const unclaimed = new Set(unclaimedCases({ manifest, ...connector }).map(({ about }) => about))
  return [
    `## ${manifest.name}`,
    '',
    `\`${manifest.id}\`, ${manifest.kind}${apiVersion === undefined ? '' : `, API ${apiVersion.version}${apiVersion.endsOn === undefined ? '' : ` (served until ${apiVersion.endsOn})`}`}. [Scopes, quirks and sources](../packages/connectors/${manifest.id}/README.md).`,
    '',
    ...(manifest.kind === 'warehouse' && manifest.warehouse !== undefined
      ? [sayRequests(manifest.warehouse)]
      : [
          `- **How it writes**: ${STYLES[capabilities.writeStyle]}; proved by ${PROOFS[capabilities.proof]}${capabilities.allOrNothing ? '; a batch is taken whole or not at all' : ''}${capabilities.tickets === undefined ? '' : `; some writes are worked on later and asked about for ${sayMs(capabilities.tickets.lifeMs)}`}.`,
        ]),
    ...(manifest.warehouse === undefined ? [] : [sayCounts(manifest.warehouse)]),
    `- **Limits**: ${[
      ...budgets.map(sayBudget),
      ...(manifest.kind === 'warehouse'
        ? []
        : [
            `${capabilities.batchMax} rows in a call`,
            `quantities up to ${capabilities.quantityMax.toLocaleString('en')}`,
          ]),
      ...(capabilities.writeCap === undefined
        ? []
        : [
            `${capabilities.writeCap.max} writes of one thing a day, ${capabilities.writeCap.keptForDecreases} of them kept for decreases`,
          ]),
    ].join('; ')}.`,
    `- **Delays**: ${manifest.kind === 'warehouse' ? 'a change' : 'an order'} shows ${capabilities.visibilityLagMs === 0 ? 'at once' : `up to ${sayMs(capabilities.visibilityLagMs)} late`}; ${manifest.kind === 'warehouse' ? 'a request' : 'a write'} may act until ${sayMs(capabilities.latestEffectMs)} after it was sent.`,
    ...(manifest.kind === 'warehouse'
      ? []
      : [
          `- **A guarantee against overselling**: ${capabilities.unguaranteed === undefined ? 'can be had, as far as the facts hold' : `cannot be had: ${lowerFirst(capabilities.unguaranteed)}`}`.replace(
            /\.?$/,
            '.',
          ),
        ]),
    ...sayPersonalData(manifest.personalData),
    ...sayFacts(capabilities.facts),
    ...(unclaimed.size === 0 ? [] : [`- **Not claimed**: ${[...unclaimed].join(', ')}.`]),
    `- **Tried as**: ${Object.keys(setups).join('; ')}.`,
    '',
    ...sayNotPossible(capabilities.notPossible ?? []),
  ]
}

const STYLES = {
  'compare-and-set': 'compare-and-set, so that a sale which the hub has not seen makes the write lose',
  absolute: 'absolute quantities',
  'counts-open-orders': 'quantities that include what is ordered and not yet shipped',
  delta: 'differences',
} as const

const PROOFS = {
  echo: 'the quantity that the platform echoes',
  'outcome-later': 'an outcome for each row that comes later',
  'read-back': 'reading it back',
} as const

function sayBudget(budget: BudgetSpec): string {
  const only = budget.operations === undefined ? '' : ` (${budget.operations.join(', ')})`
  switch (budget.kind) {
    case 'concurrency':
      return `${budget.max} calls at once${only}`
    case 'token-bucket':
      return `${sayPace(budget.refillPerSecond, 'calls')}, ${budget.capacity.toLocaleString('en')} in a burst${only}`
    case 'cost-bucket':
      return `${sayPace(budget.refillPerSecond, 'points')}, ${budget.capacity.toLocaleString('en')} in a burst${only}`
    case 'daily':
      return `${budget.max.toLocaleString('en')} calls a day${only}`
    default: {
      const never: never = budget
      return never
    }
  }
}

/** In the unit of time in which it is a whole number, as the platforms say it. */
function sayPace(perSecond: number, what: string): string {
  for (const [unit, seconds] of [
    ['a second', 1],
    ['a minute', 60],
    ['an hour', 3_600],
    ['a day', 86_400],
  ] as const) {
    const count = perSecond * seconds
    const whole = Math.round(count)
    if (whole >= 1 && Math.abs(count - whole) < 1e-6) return `${whole.toLocaleString('en')} ${what} ${unit}`
  }
  return `${perSecond.toFixed(3)} ${what} a second`
}

function sayPersonalData(rule: Connector['manifest']['personalData']): string[] {
  if (rule === undefined) return []
  const kept =
    rule.endedDaysMax === undefined ? '' : ` The hub keeps it ${rule.endedDaysMax} days at the most.`
  return [
    `- **To whom orders go**: it demands ${rule.demands.en} (${rule.demands.zh}; ${rule.source}${rule.verified ? '' : ', not verified yet'}).${kept}`,
  ]
}

function sayFacts(facts: Connector['manifest']['capabilities']['facts']): string[] {
  if (facts.length === 0) return []
  const verified = facts.filter((fact) => fact.verified).length
  return [
    `- **Facts it rests on**: ${facts.length}, of which ${verified === 0 ? 'none was' : `${verified} were`} seen on a real account yet.`,
  ]
}

function sayNotPossible(rows: NonNullable<Connector['manifest']['capabilities']['notPossible']>): string[] {
  if (rows.length === 0) return []
  return [
    'Not possible there, and why:',
    '',
    ...table(
      ['what', 'why', '不支持', '原因'],
      rows.map(({ what, why }) => [what.en, why.en, what.zh, why.zh]),
    ),
    '',
  ]
}

function sayMs(ms: number): string {
  if (ms < 1_000) return `${ms} ms`
  if (ms < 120_000) return `${ms / 1_000} s`
  return ms < 7_200_000 ? `${ms / 60_000} min` : `${ms / 3_600_000} h`
}

function lowerFirst(text: string): string {
  return `${text[0]?.toLowerCase() ?? ''}${text.slice(1)}`
}

function anchor(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)]
}

import type { OverviewFlow } from '@plimsoll/client'

type Connection = OverviewFlow['connections'][number]
type Location = OverviewFlow['locations'][number]

/** In one word, the worst first: what a person would want to know of it before anything else. */
export const standings = [
  'refused',
  'broken',
  'parked',
  'paused',
  'waiting',
  'shadow',
  'draft',
  'calm',
] as const
export type Standing = (typeof standings)[number]

export function decideStanding(connection: Connection): Standing {
  if (connection.isRefused) return 'refused'
  if (connection.error !== null) return 'broken'
  if (connection.parked > 0) return 'parked'
  if (connection.state !== 'live') return connection.state
  // More than a minute's work: what flows by is always seen waiting for a moment.
  return connection.waiting > Math.max(20, connection.writesPerMinute) ? 'waiting' : 'calm'
}

/** What flows over one edge, or over all edges of a group. */
export type Flows = {
  ordersPerMinute: number
  writesPerMinute: number
  shipmentsOpen: number
  waiting: number
  parked: number
  /** The slowest of them; null: nothing was lowered. */
  delayMs: number | null
}
export type FlowNode = { id: string; x: number; y: number; width: number; height: number } & (
  | { kind: 'hub' }
  | { kind: 'connection'; connection: Connection; standing: Standing; flows: Flows; isMember: boolean }
  | {
      kind: 'group'
      name: string
      colour: string
      members: number
      standing: Standing
      flows: Flows
      isOpen: boolean
    }
  | { kind: 'location'; location: Location; countedBy: string | null }
  | {
      kind: 'locations'
      locationKind: Location['kind']
      members: number
      units: number | null
      isOpen: boolean
    }
)
export type FlowEdge = { id: string; from: string; to: string; flows: Flows | null; standing: Standing }
export type FlowMap = { nodes: FlowNode[]; edges: FlowEdge[] }

/** A column of more than these is told by group: nobody reads two hundred cards. */
const ungroupedMax = 12
/** Members of an opened group stand in columns of so many. */
const membersHigh = 8
const size = { width: 232, height: 74, gap: 14, columnGap: 180, hub: 128 } as const

/**
 * The map: channels to the left of the ledger; to its right warehouses, ERPs and the locations that it counts itself, and
 * beyond them those that a warehouse counts. Whatever the
 * number, the layout follows from the names alone, so that nothing jumps while numbers change.
 * @param open ids of groups that are shown with their members
 */
export function decideFlowMap(flow: OverviewFlow, open: ReadonlySet<string>): FlowMap {
  const byKind = (isMeant: (kind: Connection['kind']) => boolean) =>
    flow.connections.filter(({ kind }) => isMeant(kind))
  const channels = toBlocks(
    byKind((kind) => kind === 'channel'),
    open,
  )
  const systems = toBlocks(
    byKind((kind) => kind !== 'channel'),
    open,
  )
  const places = toPlaces(flow, systems, open)
  const right = [...systems, ...places.own]
  const columns = { left: heightOf(channels), right: heightOf(right), beyond: heightOf(places.theirs) }
  const tallest = Math.max(size.hub, columns.left, columns.right, columns.beyond)
  const middle = (height: number) => (tallest - height) / 2
  const hub: FlowNode = {
    id: 'hub',
    kind: 'hub',
    x: size.width + size.columnGap,
    y: middle(size.hub),
    width: size.hub,
    height: size.hub,
  }
  const rightX = hub.x + hub.width + size.columnGap
  const beyondX = rightX + widthOf(right) + size.columnGap / 2
  const nodes = [
    hub,
    // Members of a group stand away from the ledger: nothing then crosses them.
    ...place(channels, { x: 0, y: middle(columns.left), outward: -1 }),
    ...place(right, { x: rightX, y: middle(columns.right), outward: 1 }),
    // Beside the warehouses, which stand first in their column.
    ...place(places.theirs, { x: beyondX, y: middle(Math.max(columns.right, columns.beyond)), outward: 1 }),
  ]
  return { nodes, edges: toEdges(flow, nodes) }
}

/** A node and, where it is an opened group, its members. */
type Block = { head: Unplaced; members: Unplaced[] }
type Unplaced = FlowNode extends infer Each
  ? Each extends FlowNode
    ? Omit<Each, 'x' | 'y' | 'width' | 'height'>
    : never
  : never

function toBlocks(connections: Connection[], open: ReadonlySet<string>): Block[] {
  const single = (connection: Connection, isMember = false): Unplaced => ({
    id: connection.connectionId,
    kind: 'connection',
    connection,
    standing: decideStanding(connection),
    flows: flowsOf([connection]),
    isMember,
  })
  if (connections.length <= ungroupedMax) {
    return connections.map((each) => ({ head: single(each), members: [] }))
  }
  const groups = Map.groupBy(connections, ({ connector, kind }) => `${kind} ${connector}`)
  return [...groups].flatMap(([key, members]): Block[] => {
    const [first] = members
    if (first === undefined) return []
    if (members.length === 1) return [{ head: single(first), members: [] }]
    const id = `group ${key}`
    const isOpen = open.has(id)
    const standing = worstOf(members.map(decideStanding))
    const head: Unplaced = {
      id,
      kind: 'group',
      name: first.connectorName,
      colour: first.colour,
      members: members.length,
      standing,
      flows: flowsOf(members),
      isOpen,
    }
    return [{ head, members: isOpen ? members.map((each) => single(each, true)) : [] }]
  })
}

/** `theirs`: counted by a warehouse that has a card of its own, in the order of these, so that no two edges cross. */
function toPlaces(
  { locations, connections }: OverviewFlow,
  systems: Block[],
  open: ReadonlySet<string>,
): { own: Block[]; theirs: Block[] } {
  const nameOf = (id: string | null) =>
    connections.find(({ connectionId }) => connectionId === id)?.name ?? null
  const single = (location: Location): Unplaced => ({
    id: location.locationId,
    kind: 'location',
    location,
    countedBy: nameOf(location.countedBy),
  })
  const alone = (location: Location): Block => ({ head: single(location), members: [] })
  if (locations.length <= ungroupedMax) {
    const counters = systems.flatMap(({ head }) => (head.kind === 'connection' ? [head.id] : []))
    const numberOf = ({ countedBy }: Location) => (countedBy === null ? -1 : counters.indexOf(countedBy))
    const theirs = locations.filter((each) => numberOf(each) >= 0)
    return {
      own: locations.filter((each) => numberOf(each) < 0).map(alone),
      theirs: theirs.toSorted((a, b) => numberOf(a) - numberOf(b)).map(alone),
    }
  }
  const own = [...Map.groupBy(locations, ({ kind }) => kind)].map(([locationKind, members]): Block => {
    const id = `locations ${locationKind}`
    const known = members.flatMap(({ onHand }) => (onHand === null ? [] : [onHand]))
    const units = known.length === 0 ? null : known.reduce((sum, each) => sum + each, 0)
    const isOpen = open.has(id)
    return {
      head: { id, kind: 'locations', locationKind, members: members.length, units, isOpen },
      members: isOpen ? members.map(single) : [],
    }
  })
  return { own, theirs: [] }
}

export function flowsOf(connections: readonly Connection[]): Flows {
  const sum = (name: 'ordersPerMinute' | 'writesPerMinute' | 'shipmentsOpen' | 'waiting' | 'parked') =>
    connections.reduce((total, each) => total + each[name], 0)
  const delays = connections.flatMap(({ delayMs }) => (delayMs === null ? [] : [delayMs]))
  return {
    ordersPerMinute: sum('ordersPerMinute'),
    writesPerMinute: sum('writesPerMinute'),
    shipmentsOpen: sum('shipmentsOpen'),
    waiting: sum('waiting'),
    parked: sum('parked'),
    delayMs: delays.length === 0 ? null : Math.max(...delays),
  }
}

export function worstOf(each: readonly Standing[]): Standing {
  return standings.find((standing) => each.includes(standing)) ?? 'calm'
}

const memberColumns = ({ members }: Block) => Math.ceil(members.length / membersHigh)
const memberRows = (block: Block) =>
  block.members.length === 0 ? 0 : Math.ceil(block.members.length / memberColumns(block))
const rowsHigh = (rows: number) => rows * (size.height + size.gap)

function heightOf(blocks: Block[]): number {
  return blocks.reduce((sum, block) => sum + rowsHigh(1 + memberRows(block)), 0)
}
function widthOf(blocks: Block[]): number {
  return Math.max(1, ...blocks.map(memberColumns)) * (size.width + size.gap)
}

function place(blocks: Block[], at: { x: number; y: number; outward: 1 | -1 }): FlowNode[] {
  let top = at.y
  return blocks.flatMap((block) => {
    const box = { width: size.width, height: size.height }
    const head: FlowNode = { ...block.head, ...box, x: at.x, y: top }
    const rows = memberRows(block)
    const first = top + rowsHigh(1)
    const members = block.members.map((member, number): FlowNode => {
      const column = Math.floor(number / rows)
      const x = at.x + at.outward * column * (size.width + size.gap)
      return { ...member, ...box, x, y: first + rowsHigh(number % rows) }
    })
    top += rowsHigh(1 + rows)
    return [head, ...members]
  })
}

/** From each node to the ledger; a location that a warehouse counts hangs on it. Members hang on their group. */
function toEdges(flow: OverviewFlow, nodes: FlowNode[]): FlowEdge[] {
  const singles = new Set(
    nodes.flatMap((node) => (node.kind === 'connection' && !node.isMember ? [node.id] : [])),
  )
  const isRight = new Set(
    flow.connections.filter(({ kind }) => kind !== 'channel').map(({ connectionId }) => connectionId),
  )
  const grouped = nodes.some(({ kind }) => kind === 'locations')
  return nodes.flatMap((node): FlowEdge[] => {
    switch (node.kind) {
      case 'hub':
        return []
      case 'connection':
        if (node.isMember) return []
        return [
          { id: `edge ${node.id}`, from: node.id, to: 'hub', flows: node.flows, standing: node.standing },
        ]
      case 'group':
        return [
          { id: `edge ${node.id}`, from: node.id, to: 'hub', flows: node.flows, standing: node.standing },
        ]
      case 'location': {
        if (grouped) return []
        const { countedBy } = node.location
        const by = countedBy !== null && singles.has(countedBy) && isRight.has(countedBy) ? countedBy : 'hub'
        return [{ id: `edge ${node.id}`, from: node.id, to: by, flows: null, standing: 'calm' }]
      }
      case 'locations':
        return [{ id: `edge ${node.id}`, from: node.id, to: 'hub', flows: null, standing: 'calm' }]
      default: {
        const never: never = node
        return never
      }
    }
  })
}

/**
 * What is as it was keeps its identity, so that only the cards whose numbers changed are drawn again.
 * @param before by id, with what it was made from; brought up to date
 */
export function keepSame<Each extends { id: string }>(
  before: Map<string, { text: string; kept: Each }>,
  now: readonly Each[],
): Each[] {
  const ids = new Set(now.map(({ id }) => id))
  for (const id of before.keys()) if (!ids.has(id)) before.delete(id)
  return now.map((each) => {
    const text = JSON.stringify(each)
    const known = before.get(each.id)
    if (known?.text === text) return known.kept
    before.set(each.id, { text, kept: each })
    return each
  })
}

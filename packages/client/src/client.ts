import type { z } from 'zod'
import { accountCalls } from './account-calls.ts'
import { alertCalls } from './alert-calls.ts'
import type { FoundCode } from './catalogue-shapes.ts'
import { changeCalls } from './change-calls.ts'
import { connectionPlaceCalls } from './connection-place-calls.ts'
import type {
  ConnectionCheck,
  ConnectionMade,
  ConnectorList,
  GrantBegun,
  GrantStanding,
  ListingChangeList,
  ListingImport,
} from './connection-shapes.ts'
import type { FirstDay } from './first-day-shapes.ts'
import type { SyncJobView } from './intake-shapes.ts'
import type { ItemDetail } from './item-shapes.ts'
import type { LotDetail, LotList, LotRow, LotTrace, SerialLives, SerialPage } from './lot-shapes.ts'
import { mappingCalls } from './mapping-calls.ts'
import { orderCalls } from './order-calls.ts'
import type { ShipsOrdersAnswer } from './order-shapes.ts'
import type { OverviewFlow, OverviewSeries } from './overview-shapes.ts'
import { placeCalls } from './place-calls.ts'
import type { ProtectionList, ProtectionMode } from './protection-shapes.ts'
import type {
  ReplenishmentAccepted,
  ReplenishmentExplained,
  ReplenishmentPage,
  ReplenishmentRow,
  ReplenishmentSettings,
} from './replenishment-shapes.ts'
import type { Hold, HoldDetail, HoldList, Preview } from './safety-shapes.ts'
import type {
  ActivityPage,
  connectionList,
  DemoState,
  FaultSwitches,
  ItemNames,
  ItemPage,
  LocationRow,
  MovementPage,
  Overview,
  ParkedGroups,
  ParkedPage,
  Problem,
  replayResult,
} from './shapes.ts'
import { openEventStream, type StreamHandlers } from './stream.ts'
import type { TaskList } from './task-shapes.ts'
import { viewCalls } from './view-calls.ts'
import { watchCalls } from './watch-calls.ts'

export type {
  LimitsBody,
  MemberBody,
  NewOwnerBody,
  OrganizationEntered,
  OwnAccount,
  OwnPasskey,
  OwnSession,
} from './account-calls.ts'
export { isSetUpNeeded, isSignInNeeded } from './account-calls.ts'
export type { AlertDestinationBody, AlertListQuery, AlertRuleBody } from './alert-calls.ts'
export type { BulkEditBody } from './change-calls.ts'
export type { LocationChange } from './connection-place-calls.ts'
export type { MappingListQuery, MappingWanted } from './mapping-calls.ts'
export type { NewOrder, NewOrderRecipient, OrderChange } from './order-bodies.ts'
export type {
  AfterShipmentCancel,
  OrderListQuery,
  OrderStandingFilter,
  PackedParcel,
  ShipmentListQuery,
} from './order-calls.ts'
export type { CallFilter, CallSubjectQuery, StaleRuleBody } from './watch-calls.ts'

/**
 * The typed client of the hub's API. It takes types from `shapes.ts` and nothing at run time, so that a
 * browser does not load a validator to read answers that the hub has already checked.
 */

export type ItemFilter = 'all' | 'oversold' | 'out' | 'drift' | 'pending'
export type ItemQuery = { search?: string; filter?: ItemFilter; offset?: number; limit?: number }
export type PageQuery = { cursor?: string; limit?: number }
/** `search`: how the number begins. */
export type SerialQuery = PageQuery & { search?: string; sku?: string }
type CallRest = [body?: unknown, signal?: AbortSignal | undefined, version?: number, key?: string]
export type ReplayResult = z.infer<typeof replayResult>
export type ConnectionList = z.infer<typeof connectionList>
/** GET /locations answers `{rows}`, as every list does. */
export type LocationList = { rows: LocationRow[] }
export type ReplenishmentSort =
  | 'urgency'
  | 'cover'
  | 'runs-out'
  | 'available'
  | 'incoming'
  | 'demand'
  | 'suggested'
  | 'sku'
  | 'location'
export type ReplenishmentListQuery = PageQuery & {
  location?: string
  urgency?: ReplenishmentRow['urgency']
  suggested?: 'true'
  search?: string
  sort?: ReplenishmentSort
  direction?: 'up' | 'down'
}
type Signal = AbortSignal | undefined
/** What a form of `GET /connectors` took in; the hub and the connector judge it. */
type Typed = Record<string, unknown>
export type NewConnectionBody = { connector: string; name: string; location: string; settings: Typed }

export type Client = ReturnType<typeof createClient>

/**
 * The hub refused or could not answer. `problem` is its RFC 9457 body; where the answer had none (a proxy's
 * page, a broken network) one is made up with code `unreachable` or `unreadable` and status 0 or the answer's.
 */
export class ApiProblem extends Error {
  readonly problem: Problem
  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.detail || problem.title, options)
    this.name = 'ApiProblem'
    this.problem = problem
  }
}

/**
 * Opens a client of one hub.
 * @param baseUrl where `/api/v1` lies, without a trailing slash; empty for the page's own origin
 * @param organization which one is asked about, where whoever is signed in is a member of several
 * @throws ApiProblem from every call that is not answered with success; an abort is rethrown as it is
 */
export function createClient(options: {
  baseUrl: string
  fetch?: typeof fetch
  organization?: () => string | undefined
}) {
  const base = `${options.baseUrl}/api/v1`
  const send = options.fetch ?? globalThis.fetch.bind(globalThis)

  const call = <T>(method: string, path: string, ...rest: CallRest) => callAt<T>(base, method, path, ...rest)
  const auth = <T>(method: string, path: string, ...rest: CallRest) =>
    callAt<T>(`${options.baseUrl}/api/auth`, method, path, ...rest)

  async function callAt<T>(
    at: string,
    method: string,
    path: string,
    body?: unknown,
    signal?: Signal,
    version?: number,
    key: string = crypto.randomUUID(),
  ): Promise<T> {
    const organization = options.organization?.()
    const always = {
      accept: 'application/json',
      ...(organization !== undefined && { 'plimsoll-organization': organization }),
    }
    const init: RequestInit = { method, headers: always }
    if (signal) init.signal = signal
    if (method !== 'GET') {
      init.headers = {
        ...always,
        'content-type': body instanceof Blob ? 'application/octet-stream' : 'application/json',
        // A click that is sent twice by the network must count once.
        'idempotency-key': key,
        ...(version !== undefined && { 'if-match': `"${version}"` }),
      }
      init.body = body instanceof Blob ? body : JSON.stringify(body ?? {})
    }
    let response: Response
    try {
      response = await send(`${at}${path}`, init)
    } catch (error) {
      if (signal?.aborted) throw error
      throw new ApiProblem(unreachable(), { cause: error })
    }
    if (!response.ok) throw new ApiProblem(await readProblem(response))
    if (response.status === 204) return undefined as T
    try {
      return (await response.json()) as T
    } catch (error) {
      if (signal?.aborted) throw error
      throw new ApiProblem(unreadable(response.status), { cause: error })
    }
  }
  const get = <T>(path: string, signal?: Signal) => call<T>('GET', path, undefined, signal)
  const id = encodeURIComponent

  return {
    ...alertCalls(call, toQuery),
    ...placeCalls(call, toQuery),
    ...connectionPlaceCalls(call),
    ...mappingCalls(call, toQuery),
    ...changeCalls(call, toQuery),
    ...orderCalls(call, toQuery),
    ...accountCalls(call, auth, toQuery),
    ...viewCalls(call),
    ...watchCalls(call, toQuery),
    overview: (signal?: Signal) => get<Overview>('/overview', signal),
    overviewSeries: (query: { span: OverviewSeries['span']; offsetMinutes: number }, signal?: Signal) =>
      get<OverviewSeries>(`/overview/series${toQuery(query)}`, signal),
    firstDay: (signal?: Signal) => get<FirstDay>('/first-day', signal),
    overviewFlow: (signal?: Signal) => get<OverviewFlow>('/overview/flow', signal),
    items: (query: ItemQuery = {}, signal?: Signal) => get<ItemPage>(`/items${toQuery(query)}`, signal),
    itemNames: (query: ItemQuery = {}, signal?: Signal) =>
      get<ItemNames>(`/item-names${toQuery(query)}`, signal),
    /** What a code means: a SKU, or a barcode that somebody scanned. */
    itemByCode: (code: string, signal?: Signal) => get<FoundCode>(`/item-codes/${id(code)}`, signal),
    item: (sku: string, signal?: Signal) => get<ItemDetail>(`/items/${id(sku)}`, signal),
    movements: (sku: string, query: PageQuery = {}, signal?: Signal) =>
      get<MovementPage>(`/items/${id(sku)}/movements${toQuery(query)}`, signal),
    lots: (sku: string, signal?: Signal) => get<LotList>(`/items/${id(sku)}/lots`, signal),
    traceLot: (sku: string, lot: string, query: PageQuery = {}, signal?: Signal) =>
      get<LotTrace>(`/items/${id(sku)}/lots/${id(lot)}/trace${toQuery(query)}`, signal),
    setLotStatus: (sku: string, lot: string, change: { status: LotRow['status']; reason: string }) =>
      call<LotDetail>('POST', `/items/${id(sku)}/lots/${id(lot)}/status`, change),
    serials: (query: SerialQuery = {}, signal?: Signal) =>
      get<SerialPage>(`/serials${toQuery(query)}`, signal),
    /** The units with this number, one per item that has one. */
    serial: (serial: string, signal?: Signal) => get<SerialLives>(`/serials/${id(serial)}`, signal),
    connections: (signal?: Signal) => get<ConnectionList>('/connections', signal),
    connectors: (signal?: Signal) => get<ConnectorList>('/connectors', signal),
    /** Tried on the platform, then stored. */
    connect: (connection: NewConnectionBody & { credentials: Typed }) =>
      call<ConnectionMade>('POST', '/connections', connection),
    checkConnection: (connectionId: string) =>
      call<ConnectionCheck>('POST', `/connections/${id(connectionId)}/check`),
    importListings: (connectionId: string) =>
      call<ListingImport>('POST', `/connections/${id(connectionId)}/import`),
    replaceCredentials: (connectionId: string, credentials: Typed) =>
      call<ConnectionCheck>('PUT', `/connections/${id(connectionId)}/credentials`, credentials),
    /** Single settings; null takes one back. */
    changeSingleSettings: (connectionId: string, changes: Typed) =>
      call<ConnectionCheck>('PATCH', `/connections/${id(connectionId)}/settings`, changes),
    /** Begins to connect on the platform's own page: a new connection, or access anew for one that there is. */
    beginGrant: (
      grant: (NewConnectionBody | { connector: string; connectionId: string }) & { given: Typed },
    ) => call<GrantBegun>('POST', '/grants', grant),
    grant: (grantId: string, signal?: Signal) => get<GrantStanding>(`/grants/${id(grantId)}`, signal),
    withdrawGrant: (grantId: string) => call<unknown>('DELETE', `/grants/${id(grantId)}`),
    listingChanges: (signal?: Signal) => get<ListingChangeList>('/listing-changes', signal),
    decideOnListing: (listingId: string, choice: 'keep' | 'move' | 'unmap') =>
      call<unknown>('POST', `/listing-changes/${id(listingId)}`, { choice }),
    pause: (connectionId: string, reason: string, how: 'freeze' | 'zero' = 'freeze') =>
      call<unknown>('POST', `/connections/${id(connectionId)}/pause`, { reason, how }),
    resume: (connectionId: string) => call<unknown>('POST', `/connections/${id(connectionId)}/resume`),
    preview: (connectionId: string) => call<Preview>('POST', `/connections/${id(connectionId)}/preview`),
    goLive: (connectionId: string, previewId: string) =>
      call<unknown>('POST', `/connections/${id(connectionId)}/live`, { preview: previewId }),
    holds: (signal?: Signal) => get<HoldList>('/holds?open=true', signal),
    hold: (holdId: string, signal?: Signal) => get<HoldDetail>(`/holds/${id(holdId)}`, signal),
    decideHold: (holdId: string, decision: 'confirm' | 'refuse') =>
      call<Hold>('POST', `/holds/${id(holdId)}/${decision}`, {}),
    parked: (query: PageQuery & { connection?: string; cause?: string } = {}, signal?: Signal) =>
      get<ParkedPage>(`/parked${toQuery(query)}`, signal),
    replay: (inboxId: string) => call<ReplayResult>('POST', `/parked/${id(inboxId)}/replay`),
    /** Replays every parked event, or those of one reason code. */
    replayAll: (reasonCode?: string) =>
      call<ReplayResult>('POST', '/parked/replay', reasonCode === undefined ? {} : { reasonCode }),
    parkedGroups: (signal?: Signal) => get<ParkedGroups>('/parked/groups', signal),
    /** Replays what was parked for one cause. */
    replayCause: (cause: string) => call<ReplayResult>('POST', '/parked/replay', { cause }),
    /** Reads one listing's orders and levels now, and writes what differs. */
    syncListing: (listingId: string) => call<SyncJobView>('POST', `/listings/${id(listingId)}/sync`),
    /** How an item is protected from overselling; null: as everything is. */
    protectItem: (item: string, mode: ProtectionMode | null) =>
      call<ProtectionList>('PUT', '/protections', { item, mode }),
    activity: (query: PageQuery = {}, signal?: Signal) =>
      get<ActivityPage>(`/activity${toQuery(query)}`, signal),
    tasks: (signal?: Signal, query: { kind?: string; connection?: string; search?: string } = {}) =>
      get<TaskList>(`/tasks${toQuery(query)}`, signal),
    locations: (signal?: Signal) => get<LocationList>('/locations', signal),
    replenishment: (query: ReplenishmentListQuery = {}, signal?: Signal) =>
      get<ReplenishmentPage>(`/replenishment${toQuery(query)}`, signal),
    explainReplenishment: (sku: string, location: string, signal?: Signal) =>
      get<ReplenishmentExplained>(`/replenishment/${id(sku)}/${id(location)}`, signal),
    /** Null takes a field away, so that it comes from further out again. */
    changeReplenishmentSettings: (change: { sku?: string; location?: string; fields: Typed }) =>
      call<ReplenishmentSettings>('PATCH', '/replenishment-settings', change),
    /** @param key the same for every try of one acceptance */
    acceptReplenishment: (suggestions: readonly { id: string; units?: number }[], key: string) =>
      call<ReplenishmentAccepted>(
        'POST',
        '/replenishment/accept',
        { suggestions },
        undefined,
        undefined,
        key,
      ),
    setShipsOrders: (connectionId: string, shipsOrders: boolean) =>
      call<ShipsOrdersAnswer>('PUT', `/connections/${id(connectionId)}/fulfilment`, { shipsOrders }),
    /** 404 outside the demo. */
    demo: (signal?: Signal) => get<DemoState>('/demo', signal),
    setFaults: (faults: FaultSwitches) => call<unknown>('PUT', '/demo/faults', faults),
    /** Follows the live stream until the returned function is called; reconnects by itself. */
    openStream: (handlers: StreamHandlers) =>
      openEventStream({
        ...handlers,
        connect: () =>
          new EventSource(`${base}/stream${toQuery({ organization: options.organization?.() })}`),
        schedule: (run, delayMs) => {
          const timer = setTimeout(run, delayMs)
          return () => clearTimeout(timer)
        },
        random: Math.random,
      }),
  }
}

function toQuery(query: Record<string, string | number | undefined>): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') parameters.set(name, String(value))
  }
  const text = parameters.toString()
  return text === '' ? '' : `?${text}`
}

async function readProblem(response: Response): Promise<Problem> {
  let body: unknown
  try {
    body = await response.json()
  } catch {
    return unreadable(response.status)
  }
  return isProblem(body) ? body : unreadable(response.status)
}

function isProblem(body: unknown): body is Problem {
  return (
    typeof body === 'object' &&
    body !== null &&
    'code' in body &&
    typeof body.code === 'string' &&
    'detail' in body &&
    typeof body.detail === 'string' &&
    'title' in body &&
    typeof body.title === 'string'
  )
}

function unreachable(): Problem {
  return {
    type: 'about:blank',
    title: 'The hub cannot be reached',
    status: 0,
    code: 'unreachable',
    detail: 'No answer came. Check that the hub runs and that this machine can reach it.',
  }
}

function unreadable(status: number): Problem {
  return {
    type: 'about:blank',
    title: 'The answer cannot be read',
    status,
    code: 'unreadable',
    detail: `Something other than the hub answered (status ${status}). Check what stands between this page and the hub.`,
  }
}

import { type Budgets, type CallClass, createHttp } from '@plimsoll/connector-kit'
import { exchangeNoter } from '../calls/call-log.ts'
import { callAbout } from '../calls/call-subject.ts'
import { reachOf } from '../connections/reach.ts'
import { applicationKeyOf, type OpenConnection } from '../connections/registry.ts'
import { bindStored } from '../connections/stored-tokens.ts'
import type { SyncContext } from '../context.ts'
import { RecentKeys } from '../intake/recent-keys.ts'
import { Sightings } from '../intake/sightings.ts'
import { CircuitBreaker } from '../lanes/circuit-breaker.ts'
import { CLASS_OF, guardOperations } from '../lanes/guarded-operations.ts'
import { UNKNOWN_WITHDRAWALS } from '../lanes/withdrawals.ts'
import { writeEffectOf } from '../load-line/exposure.ts'
import type { Lease } from './leases.store.ts'
import type { WorkerContext } from './worker-context.ts'

/** The clock that stamps orders may be another than the one in the answers' headers. */
const CLOCK_ERROR_MS = 2_000
/** What the holder of a lease works with: the connection's operations, watched and within its budgets, and what it knows. */
export function openWorkerContext(
  context: SyncContext,
  open: OpenConnection,
  held: {
    lease: Lease
    budgets: Budgets
    signal: AbortSignal
    ending: AbortSignal
    fenceAt(): Date | undefined
  },
): WorkerContext {
  const { lease, budgets, signal, ending, fenceAt } = held
  const { clock } = context
  const circuit = new CircuitBreaker(context, open.connection)
  const sending: WorkerContext['sending'] = { class: 'increase' }
  // A lane makes one call after the other: what the one under way is for is what is asked for the budget.
  const purpose = { class: 'reconcile' as CallClass, group: context.organizationId }
  const standIn: WorkerContext['standIn'] = { class: undefined, calls: 0 }
  const writing: WorkerContext['writing'] = { leavesUntil: undefined }
  const http = createHttp({
    budgets,
    clock,
    publicOnly: reachOf(context, open.connection.settings),
    leavesUntil: () => writing.leavesUntil,
    purpose: () => purpose,
    onExchange: exchangeNoter(context, open),
    onCall: (call) => context.log.debug({ connection: open.connection.name, ...call }, 'call'),
  })
  const owner = { ...open, secretId: open.connection.secretId, signal }
  const operations = open.connector.open(bindStored(context, owner, http))
  let behindMs = 0
  let aheadMs: number | undefined
  const { capabilities } = open.connector.manifest
  return {
    ...context,
    connection: open.connection,
    connector: open.connector,
    operations: guardOperations(operations, (operation, call, about) => {
      const named = CLASS_OF[operation]
      purpose.class = standIn.class ?? (named === 'as-written' ? sending.class : named)
      standIn.calls += 1
      return circuit.watch(() => callAbout(about, call), signal)
    }),
    budgets,
    sending,
    standIn,
    circuit,
    withdrawals: UNKNOWN_WITHDRAWALS(),
    lease,
    raiseFrom: lease.callsUntil,
    hurried: new Set(),
    storedOrders: new RecentKeys(),
    sightings: new Sightings(),
    signal,
    ending: AbortSignal.any([signal, ending]),
    writing,
    platformClockBehindMs: () => behindMs,
    platformClockAheadMs: () =>
      aheadMs === undefined ? undefined : aheadMs + (capabilities.clockErrorMs ?? CLOCK_ERROR_MS),
    notePlatformClock: (seen) => {
      // The Date header has whole seconds: up to one of them is rounding, and the largest seen counts.
      behindMs = Math.min(60_000, Math.max(behindMs, seen.behindMs))
      aheadMs = Math.min(60_000, Math.max(aheadMs ?? 0, seen.aheadMs))
    },
    fenceAt,
    webhookPath:
      open.connector.webhooks.accountOf === undefined
        ? `/webhooks/${open.connection.connectionId}`
        : `/webhooks/applications/${open.connector.manifest.id}/${applicationKeyOf(open)}`,
    writeEffect: writeEffectOf(capabilities),
  }
}

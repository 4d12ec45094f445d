import type { ConnectionRow } from '@plimsoll/client'
import type { BudgetSnapshot, Connector } from '@plimsoll/connector-kit'
import { BY_HAND } from '@plimsoll/sync'
import { sql } from 'kysely'
import type { ServerContext } from '../http/server.ts'
import { type ConnectionFigures, findConnectionFigures, NO_FIGURES } from './connection-figures.store.ts'

type Row = Omit<
  ConnectionRow,
  | 'connectorName'
  | 'kind'
  | 'colour'
  | 'budgetLeft'
  | 'lastOrderAt'
  | 'ordersKnownUntil'
  | 'lastWriteAt'
  | 'lastWebhookAt'
  | 'shipsOrdersFrom'
  | 'errorSince'
  | 'budget'
  | 'circuit'
> & {
  lastOrderAt: Date | null
  ordersKnownUntil: Date | null
  lastWriteAt: Date | null
  lastWebhookAt: Date | null
  shipsOrdersFrom: Date | null
  errorSince: Date | null
  circuitSince: Date | null
  circuitProbeAt: Date | null
  circuitFailedProbes: number
}

/** Every connection with its health, as the screens show it. */
export async function listConnections(
  hub: Pick<ServerContext, 'database' | 'context' | 'engine'>,
): Promise<ConnectionRow[]> {
  const { organizationId, connectors, clock } = hub.context
  const now = new Date(clock.now())
  const counting = findConnectionFigures(hub)
  const finding = sql<Omit<Row, keyof ConnectionFigures> & { connectionId: string }>`
    select connection.connection_id, connector, name, account, state, pause_reasons,
      (
        select changed_at from sales_order
        where sales_order.organization_id = connection.organization_id
          and sales_order.connection_id = connection.connection_id
        order by changed_at desc limit 1
      ) as last_order_at,
      (
        select fence_at from stream_cursor
        where stream_cursor.organization_id = connection.organization_id
          and stream_cursor.connection_id = connection.connection_id and stream = 'orders'
      ) as orders_known_until,
      last_webhook_at, ships_orders_from, problem as error, problem_told as error_told,
      problem_since as error_since,
      circuit_since, circuit_probe_at, circuit_failed_probes,
      (
        select hub_process.name from lease
        join hub_process on hub_process.organization_id = lease.organization_id and process_id = holder
        where lease.organization_id = connection.organization_id
          and lease.connection_id = connection.connection_id and lease.expires_at >= ${now}
      ) as worker
    from connection
    where connection.organization_id = ${organizationId} and connection.connector <> ${BY_HAND}
    order by connection.created_at, connection.connection_id`.execute(hub.database.kysely)
  const [figures, found] = await Promise.all([counting, finding])
  return found.rows.map((row) =>
    toConnectionRow(
      { ...NO_FIGURES, ...figures.get(row.connectionId), ...row },
      { connectors, now, budget: hub.engine.budgetOf(row.connectionId) },
    ),
  )
}

function toConnectionRow(
  { circuitSince, circuitProbeAt, circuitFailedProbes, ...row }: Row,
  {
    connectors,
    now,
    budget,
  }: { connectors: ReadonlyMap<string, Connector>; now: Date; budget: BudgetSnapshot | undefined },
): ConnectionRow {
  const isCircuitOpen = circuitSince !== null && circuitProbeAt !== null
  const manifest = connectors.get(row.connector)?.manifest
  return {
    ...row,
    connectorName: manifest?.name ?? row.connector,
    kind: manifest?.kind ?? 'channel',
    colour: manifest?.colour ?? '#808080',
    lastOrderAt: row.lastOrderAt?.toISOString() ?? null,
    ordersKnownUntil: row.ordersKnownUntil?.toISOString() ?? null,
    lastWriteAt: row.lastWriteAt?.toISOString() ?? null,
    lastWebhookAt: row.lastWebhookAt?.toISOString() ?? null,
    shipsOrdersFrom: row.shipsOrdersFrom?.toISOString() ?? null,
    errorSince: row.errorSince?.toISOString() ?? null,
    budgetLeft: budget?.left ?? null,
    budget:
      budget === undefined
        ? null
        : {
            pace: budget.pace,
            blockedUntil:
              budget.blockedUntil === undefined ? null : new Date(budget.blockedUntil).toISOString(),
            buckets: budget.buckets,
          },
    circuit: isCircuitOpen
      ? {
          state: circuitProbeAt > now ? 'open' : 'half-open',
          since: circuitSince.toISOString(),
          nextProbeAt: circuitProbeAt.toISOString(),
          failedProbes: circuitFailedProbes,
        }
      : null,
  }
}

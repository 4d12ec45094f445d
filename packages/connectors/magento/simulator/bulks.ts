import { MagentoError, type RestCall, type RestRoute } from './rest.ts'
import type { InputLimits } from './search.ts'

type Operation = {
  id: number
  /** The body as it was sent. */
  request: unknown
  /** 1 complete, 2 failed and may be tried again, 3 failed for good, 4 open. */
  status: 1 | 2 | 3 | 4
  message: string | null
  dueMs: number
  route: RestRoute
}
type Bulk = { id: string; startedMs: number; operations: Operation[]; topic: string }

/**
 * The message queue behind the asynchronous interface: each row of a request is an operation of its own, done whenever
 * the consumer comes to it. Source: magento/magento2, AsynchronousOperations (read 2026-11).
 */
export type Bulks = {
  /** Puts the rows of a request into the queue. */
  take(route: RestRoute, body: unknown): unknown
  /** Does what is due, as the consumer would have by now. */
  work(): void
  find(id: string): Bulk
  /** Some operations fail in a way that a second try may not. */
  failNext(count: number): void
}

export function createBulks({
  now,
  nowNs,
  delayMs,
  isStuck,
  limits,
  newId,
}: {
  now: () => number
  nowNs: () => string
  /** From the request to the consumer. */
  delayMs: () => number
  /** Nobody has started the consumer. */
  isStuck: () => boolean
  limits: () => InputLimits
  newId: () => string
}): Bulks {
  const bulks = new Map<string, Bulk>()
  const open = new Set<Operation>()
  let nextOperation = 11
  let failing = 0

  const carryOut = (operation: Operation) => {
    open.delete(operation)
    if (failing > 0) {
      failing -= 1
      operation.status = 2
      operation.message =
        'SQLSTATE[40001]: Serialization failure: 1213 Deadlock found when trying to get lock'
      return
    }
    try {
      operation.route.handle(callOf(operation, nowNs()))
      operation.status = 1
      operation.message = `Service execution success ${operation.route.path}`
    } catch (error) {
      if (!(error instanceof MagentoError)) throw error
      operation.status = 3
      operation.message = error.message
    }
  }

  return {
    take(route, body) {
      if (route.method === 'GET') throw new MagentoError(404, 'Request does not match any route.')
      if (!Array.isArray(body)) throw new MagentoError(400, 'Request body should be an array')
      const { isOn, bulkMax } = limits()
      if (isOn && body.length > bulkMax)
        throw new MagentoError(400, 'Maximum items of type "%type" is %max', { type: 'bulk', max: bulkMax })
      const bulk: Bulk = {
        id: newId(),
        startedMs: now(),
        topic: `async.${route.path.replaceAll(/[^a-z]+/gi, '.')}.${route.method.toLowerCase()}`,
        operations: [],
      }
      for (const request of body) {
        const operation: Operation = {
          id: nextOperation,
          request,
          status: 4,
          message: null,
          dueMs: now() + delayMs(),
          route,
        }
        nextOperation += 1
        bulk.operations.push(operation)
        open.add(operation)
      }
      bulks.set(bulk.id, bulk)
      return {
        bulk_uuid: bulk.id,
        request_items: bulk.operations.map((_, id) => ({ id, data_hash: 'simulated', status: 'accepted' })),
        errors: false,
      }
    },
    work() {
      if (isStuck()) return
      for (const operation of open) if (operation.dueMs <= now()) carryOut(operation)
    },
    find(id) {
      const bulk = bulks.get(id)
      if (bulk === undefined) throw new MagentoError(404, 'Bulk uuid %bulkUuid not exist', { bulkUuid: id })
      return bulk
    },
    failNext(count) {
      failing = count
    },
  }
}

/** `bySku` and the like in a bulk's address: what stood in the path now stands in the row. */
function callOf({ request, route }: Operation, receivedAtNs: string): RestCall {
  const body = typeof request === 'object' && request !== null ? request : {}
  const params = [...route.path.matchAll(/:(\w+)/g)].map(([, name = '']): [string, string] => [
    name,
    String(Reflect.get(body, name) ?? ''),
  ])
  return { params: Object.fromEntries(params), query: {}, body, store: 'all', receivedAtNs }
}

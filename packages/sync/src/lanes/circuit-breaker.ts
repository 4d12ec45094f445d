import { isConnectorError, KEPT_BACK } from '@plimsoll/connector-kit'
import { type Connection, saveCircuit } from '../connections/connections.store.ts'
import type { SyncContext } from '../context.ts'
import { type Circuit, type CircuitEvent, CLOSED, decideCircuit, mayCall } from './circuit.ts'

/**
 * The circuit of the connection that a worker works: told of every call's outcome, asked before any is made. It is
 * written down when it opens, is tried in vain, or closes, so that people see it and whoever takes over goes on from it.
 */
export class CircuitBreaker {
  readonly #context: Pick<SyncContext, 'clock' | 'database' | 'organizationId' | 'log'>
  readonly #connection: Connection
  #circuit: Circuit

  constructor(
    context: Pick<SyncContext, 'clock' | 'database' | 'organizationId' | 'log'>,
    connection: Connection,
  ) {
    this.#context = context
    this.#connection = connection
    this.#circuit = toCircuit(connection)
  }

  get state(): Circuit['state'] {
    return this.#circuit.state
  }

  /** When a call may be made; undefined: now. Half-open from then on, until one is answered. */
  heldUntil(): number | undefined {
    this.#circuit = decideCircuit(this.#circuit, { kind: 'asked', at: this.#context.clock.now() })
    return mayCall(this.#circuit) || this.#circuit.state !== 'open' ? undefined : this.#circuit.probeAt
  }

  /** Makes a call and takes note of how it went. */
  async watch<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
    try {
      const answer = await call()
      await this.#note('succeeded')
      return answer
    } catch (error) {
      const meaning = signal.aborted ? undefined : meaningOf(error)
      if (meaning !== undefined) await this.#note(meaning)
      throw error
    }
  }

  async #note(kind: 'succeeded' | 'failed'): Promise<void> {
    const before = this.#circuit
    const event: CircuitEvent = { kind, at: this.#context.clock.now() }
    this.#circuit = decideCircuit(before, event)
    if (this.#circuit.state === 'closed' && before.state === 'closed') return
    const { database, organizationId, log } = this.#context
    const { name, connectionId } = this.#connection
    if (this.#circuit.state !== before.state) {
      log.warn({ connection: name, circuit: this.#circuit.state }, 'the circuit of a connection changed')
    }
    try {
      await saveCircuit(database.kysely, organizationId, connectionId, fromCircuit(this.#circuit))
    } catch (error) {
      // It holds all the same; people see it a moment later.
      log.warn({ connection: name, error }, 'the state of a circuit could not be written down')
    }
  }
}

/** What a failed call says of its platform; undefined: nothing. */
function meaningOf(error: unknown): 'succeeded' | 'failed' | undefined {
  if (!isConnectorError(error)) return undefined
  switch (error.kind) {
    case 'unavailable':
      return error.platform.code === KEPT_BACK ? undefined : 'failed'
    case 'malformed':
      return 'failed'
    // It is there and says so; how fast it may be called is the budget's matter.
    case 'rate-limited':
    case 'unauthorized':
    case 'forbidden':
    case 'invalid':
    case 'not-found':
    case 'conflict':
      return 'succeeded'
    default: {
      const never: never = error.kind
      return never
    }
  }
}

function toCircuit({ circuitSince, circuitProbeAt, circuitFailedProbes }: Connection): Circuit {
  if (circuitSince === null || circuitProbeAt === null) return CLOSED
  return {
    state: 'open',
    since: circuitSince.getTime(),
    probeAt: circuitProbeAt.getTime(),
    failedProbes: circuitFailedProbes,
  }
}

function fromCircuit(circuit: Circuit) {
  if (circuit.state !== 'open') return { since: null, probeAt: null, failedProbes: 0 }
  return {
    since: new Date(circuit.since),
    probeAt: new Date(circuit.probeAt),
    failedProbes: circuit.failedProbes,
  }
}

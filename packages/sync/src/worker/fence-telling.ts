import type { OrderReader } from '../intake/order-reading.ts'
import { findFenceWanted } from '../load-line/load-line.store.ts'
import { tellOfFence } from '../load-line/protect.ts'
import type { WorkerContext } from './worker-context.ts'

/**
 * How far the orders of a connection are known, told to whom it concerns: the channels that gave units up for it, and the
 * watch that lowers what sells the same stock where orders seem not to be read. Makes no call.
 */
export class FenceTelling {
  readonly #context: WorkerContext
  readonly #orders: Pick<OrderReader, 'savePosition'>
  #told = ''

  constructor(context: WorkerContext, orders: Pick<OrderReader, 'savePosition'>) {
    this.#context = context
    this.#orders = orders
  }

  /** Since when somebody waits for the orders up to then; undefined: nobody does. */
  async wantedAt(): Promise<Date | undefined> {
    const { database, organizationId, connection } = this.#context
    return await findFenceWanted(database.kysely, organizationId, connection.connectionId)
  }

  /** @param wantedAt those who wait are told once that it has come as far as it has */
  async tell(wantedAt: Date | undefined): Promise<void> {
    const fenceAt = this.#context.fenceAt()
    if (wantedAt !== undefined && fenceAt !== undefined) {
      const known = `${wantedAt.getTime()} ${fenceAt.getTime()}`
      if (known !== this.#told && (await tellOfFence(this.#context, fenceAt))) this.#told = known
    }
    await this.#orders.savePosition()
  }
}

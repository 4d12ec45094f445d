import {
  type Connector,
  Invalid,
  type ReturnNotice,
  type ReturnWithdrawal,
  type WarehouseTerms,
} from '@plimsoll/connector-kit'
import { type MemoryWarehouse, memoryWarehouseConnector } from './memory-warehouse.ts'
import { callWarehouse, type WarehouseFault } from './warehouse-call.ts'

export type ReturnCall = 'announceReturn' | 'withdrawReturn'
export type ExpectedReturn = { externalId: string; notice: ReturnNotice; state: 'expected' | 'come' | 'off' }

/**
 * What a warehouse in memory was told will come back. By key it takes one of one id; else whoever tells it must look first, and
 * what takes effect late was looked for before.
 */
export class ExpectedReturns {
  readonly proof: NonNullable<WarehouseTerms['returnNotices']>
  readonly all: ExpectedReturn[] = []
  /** Returns with these numbers it refuses. */
  readonly refused = new Set<string>()
  refusesAll = false
  fault: (call: ReturnCall) => WarehouseFault | undefined = () => undefined
  calls = 0

  constructor(proof: NonNullable<WarehouseTerms['returnNotices']>) {
    this.proof = proof
  }

  find({ returnId }: Pick<ReturnNotice, 'returnId'>): ExpectedReturn | undefined {
    return this.all.find(({ notice, state }) => notice.returnId === returnId && state !== 'off')
  }

  /** @returns what carries it out, now or later */
  expect(notice: ReturnNotice): () => { externalId: string } {
    if (this.refusesAll || this.refused.has(notice.number)) throw new Invalid('We take nothing back', 'lines')
    const before = this.proof === 'by-read-back' ? this.find(notice) : undefined
    return () => {
      const known = before ?? (this.proof === 'by-key' ? this.#known(notice) : undefined)
      if (known !== undefined) return known
      const made: ExpectedReturn = { externalId: `E-${this.all.length + 1}`, notice, state: 'expected' }
      this.all.push(made)
      return made
    }
  }

  forget({ returnId }: Pick<ReturnNotice, 'returnId'>): ReturnWithdrawal {
    const known = this.all.filter(({ notice }) => notice.returnId === returnId)
    if (known.some(({ state }) => state === 'come')) return 'too-late'
    for (const each of known) each.state = 'off'
    return 'withdrawn'
  }

  /** Under one key there is one, called off or not. */
  #known({ returnId }: ReturnNotice): ExpectedReturn | undefined {
    return this.all.find(({ notice }) => notice.returnId === returnId)
  }
}

/** The warehouse in memory, told of returns; `canWithdraw`: and told that they will not come. */
export function toldReturnsConnector(
  warehouse: MemoryWarehouse,
  expected: ExpectedReturns,
  { id, canWithdraw = true }: { id: string; canWithdraw?: boolean },
): Connector {
  const connector = memoryWarehouseConnector(warehouse, id)
  const { warehouse: terms } = connector.manifest
  if (terms === undefined) throw new TypeError('a warehouse has terms')
  const call = async <T>(name: ReturnCall, carryOut: () => T): Promise<T> => {
    expected.calls += 1
    return callWarehouse(warehouse, name, () => expected.fault(name), carryOut)
  }
  return {
    ...connector,
    manifest: { ...connector.manifest, warehouse: { ...terms, returnNotices: expected.proof } },
    open(context) {
      const operations = connector.open(context)
      if (operations.warehouse === undefined) throw new TypeError('it is a warehouse')
      return {
        ...operations,
        warehouse: {
          ...operations.warehouse,
          announceReturn: async (notice) => {
            const { externalId } = await call('announceReturn', expected.expect(notice))
            return { externalId }
          },
          ...(canWithdraw && {
            withdrawReturn: async (notice) => await call('withdrawReturn', () => expected.forget(notice)),
          }),
        },
      }
    },
  }
}

import type pg from 'pg'
import type { Books, PlatformBook, Violation } from './books.ts'

type WriteRow = {
  write_id: string
  level_id: string
  connection_id: string
  state: string
  echoed: number | null
  what: string
  holder: string
  is_open: boolean
  open_ms: string | null
}

/**
 * What the hub says has become of a write (I4): what its platform said of that very write, and never that it was not done
 * while it was, or may still be. Who says so holds the lease, for a write that changed hands is the new holder's to judge. And
 * one whose outcome is unknown stays open for as long as it may act.
 */
export class SettledWrites {
  readonly #reader: pg.Client
  readonly #books: Books
  readonly #known = new Map<string, string>()
  /** By level, the writes of unknown outcome that are still open, and since when they are unknown. */
  readonly #unknown = new Map<string, Map<string, number>>()

  constructor(reader: pg.Client, books: Books) {
    this.#reader = reader
    this.#books = books
  }

  /** Since when a write of this level is unknown; undefined: none is. */
  unknownSince(levelId: string): number | undefined {
    const open = [...(this.#unknown.get(levelId)?.values() ?? [])]
    return open.length === 0 ? undefined : Math.max(...open)
  }

  /** @param holder of the process whose transaction this was; undefined: no worker's */
  async check(process: string, holder: string | undefined): Promise<Violation[]> {
    const { rows } = await this.#reader.query<WriteRow>(
      `select write_id, level_id, write.connection_id, write.state, echoed::int as echoed,
        write.state || coalesce(' ' || settled_at::text, '') as what, lease.holder, settled_at is null as is_open,
        extract(epoch from settled_at - sent_at) * 1000 as open_ms
      from write join lease on lease.organization_id = $1 and lease.connection_id = write.connection_id
      where write.organization_id = $1 order by write_id`,
      [this.#books.organizationId],
    )
    const changed = rows.filter((row) => this.#known.get(row.write_id) !== row.what)
    return changed.flatMap((row) => {
      this.#known.set(row.write_id, row.what)
      this.#noteUnknown(row)
      if (row.holder !== holder) {
        const text = `${process} records a write as ${row.what}, and the lease is another's`
        return [{ invariant: 'fencing', text }]
      }
      const platform = this.#books.platforms.find(({ connectionId }) => connectionId === row.connection_id)
      return platform === undefined ? [] : [...this.#tooSoon(platform, row), ...this.#untrue(platform, row)]
    })
  }

  #noteUnknown(row: WriteRow): void {
    const ofLevel = this.#unknown.get(row.level_id) ?? new Map<string, number>()
    this.#unknown.set(row.level_id, ofLevel)
    if (row.state === 'unknown' && row.is_open) ofLevel.set(row.write_id, this.#books.now())
    else ofLevel.delete(row.write_id)
  }

  #tooSoon(platform: PlatformBook, row: WriteRow): Violation[] {
    const earliestMs = platform.latestEffectMs - this.#books.clockErrorMs
    if (row.state !== 'unknown' || row.is_open || Number(row.open_ms) >= earliestMs) return []
    const text = `${platform.name}: a write that nobody knows the outcome of is closed after ${row.open_ms} ms, while it may still act`
    return [{ invariant: 'I5', text }]
  }

  #untrue({ name, saidOfWrites, carriedOut, accepted }: PlatformBook, row: WriteRow): Violation[] {
    const said = saidOfWrites.get(row.write_id) ?? []
    const words = said.map((each) => (each.kind === 'applied' ? `applied, ${each.quantity}` : each.kind))
    const heard = words.length === 0 ? 'nothing' : words.join(', then ')
    if (row.state === 'applied') {
      const isSaid = said.some((each) => each.kind === 'applied' && each.quantity === row.echoed)
      if (isSaid) return []
      const text = `${name}: a write is recorded as applied and showing ${row.echoed}, and its platform said ${heard}`
      return [{ invariant: 'I12', text }]
    }
    if (row.state === 'accepted' && !said.some(({ kind }) => kind === 'accepted')) {
      const text = `${name}: a write is recorded as accepted, and its platform said ${heard}`
      return [{ invariant: 'I12', text }]
    }
    if (row.state !== 'untouched' && row.state !== 'refused') return []
    const isOnItsWay = [accepted, ...this.#books.underWay.map(({ writes }) => writes)].some((writes) =>
      writes.some(({ writeId }) => writeId === row.write_id),
    )
    if (!carriedOut.has(row.write_id) && !isOnItsWay) return []
    const text = `${name}: a write is recorded as ${row.state}, and it ${isOnItsWay ? 'may still act' : 'was carried out'}`
    return [{ invariant: 'I4', text }]
  }
}

import type pg from 'pg'
import type { Violation } from './books.ts'

/** I1, I2 and I11, from the ledger's own rows. */
export class LedgerInvariants {
  readonly #reader: pg.Client
  readonly #organizationId: string
  /** Every movement ever seen, by id: its content as one number. */
  readonly #seen = new Map<string, string>()

  constructor(reader: pg.Client, organizationId: string) {
    this.#reader = reader
    this.#organizationId = organizationId
  }

  async check(): Promise<Violation[]> {
    return (await Promise.all([this.#conservation(), this.#appendOnly(), this.#perLine()])).flat()
  }

  async #conservation(): Promise<Violation[]> {
    const { rows } = await this.#reader.query(
      `with moved as (
        select item_id, location_id, lot_id, sum(on_hand_delta) as on_hand, sum(reserved_delta) as reserved,
          sum(held_delta) as held, sum(incoming_delta) as incoming
        from movement where organization_id = $1 group by 1, 2, 3
      ), balanced as (
        select item_id, location_id, lot_id, on_hand, reserved, held, incoming
        from balance where organization_id = $1
      )
      select coalesce(moved.item_id, balanced.item_id) as item_id, moved.on_hand as moved_on_hand, balanced.on_hand,
        moved.reserved as moved_reserved, balanced.reserved
      from moved full join balanced using (item_id, location_id, lot_id)
      where (coalesce(moved.on_hand, 0), coalesce(moved.reserved, 0), coalesce(moved.held, 0), coalesce(moved.incoming, 0))
        is distinct from
        (coalesce(balanced.on_hand, 0), coalesce(balanced.reserved, 0), coalesce(balanced.held, 0), coalesce(balanced.incoming, 0))
      order by 1`,
      [this.#organizationId],
    )
    return rows.map((row) => ({
      invariant: 'I1',
      text: `a balance is not the sum of its movements: ${JSON.stringify(row)}`,
    }))
  }

  async #appendOnly(): Promise<Violation[]> {
    const { rows } = await this.#reader.query(
      `select movement_id, hashtextextended(movement::text, 0)::text as content
      from movement where organization_id = $1 order by movement_id`,
      [this.#organizationId],
    )
    const now = new Map<string, string>(rows.map((row) => [row.movement_id, row.content]))
    const changed = [...this.#seen].filter(([id, content]) => now.get(id) !== content)
    for (const [id, content] of now) this.#seen.set(id, content)
    return changed.map(([id]) => ({ invariant: 'I2', text: `movement ${id} was changed or removed` }))
  }

  async #perLine(): Promise<Violation[]> {
    const { rows } = await this.#reader.query(
      `select owner_id, sum(reserved) as reserved, sum(released) as released, sum(shipped) as shipped, sum(returned) as returned
      from reservation where organization_id = $1 group by 1
      having sum(released) + sum(shipped) > sum(reserved) or sum(returned) > sum(shipped) order by 1`,
      [this.#organizationId],
    )
    return rows.map((row) => ({
      invariant: 'I11',
      text: `a line gives back more than it has: ${JSON.stringify(row)}`,
    }))
  }
}

import type { BalanceKey } from '../balances.store.ts'
import { UNALLOCATED_LOT } from '../context.ts'
import type { Refusal } from '../errors.ts'
import { type Balance, type Delta, movementOf, type NewMovement } from '../movements.ts'
import type { CommandHead, PlaceNames, StockCommand } from './command.ts'
import { findPlace } from './directory.ts'
import type { CommandKind, Decision } from './kind.ts'
import type { Ledger } from './ledger.ts'
import { findBadQuantity, type QuantityRule } from './quantities.ts'

/** A command on one item at one location. */
export type PlaceCommand = CommandHead & PlaceNames & { quantity: number }

/** Where such a command is decided, and how it writes. */
export type AtPlace = {
  ledger: Ledger
  key: BalanceKey
  balance: Balance
  /** Completes a delta into a movement of this command here. */
  move(kind: NewMovement['kind'], delta: Delta, reference?: Reference): NewMovement
  /** A decision whose answer is the figures of the place. */
  decided(movements: readonly NewMovement[]): Decision
}
type Reference = { referenceKind: 'order' | 'reservation'; referenceId: string }

/** A kind of command that names one item and one location; says only what is its own. */
export function placeKind<Command extends StockCommand & PlaceCommand>(kind: {
  rule: QuantityRule
  /** Options of this kind that decide its effect; those not given are left out, so that old keys keep their content. */
  options?(command: Command): Record<string, unknown>
  /** For a count: the moment that the figure is true for. */
  countedAt?(command: Command): Date | undefined
  findBad?(command: Command): Refusal | undefined
  decide(command: Command, at: AtPlace): Decision | Refusal
}): CommandKind<Command> {
  return {
    contentOf: (command) => [
      command.kind,
      command.sku,
      command.locationCode,
      ...contentOfChange(command),
      ...givenOf(kind.options?.(command)),
    ],
    findBad: (command) =>
      findBadQuantity(command.kind, kind.rule, command.quantity) ?? kind.findBad?.(command),
    names: (command) => ({ skus: [command.sku] }),
    places: (command, directory) => {
      const place = findPlace(directory, command)
      if (place.kind === 'refused') return []
      const { itemId } = place.item
      const { locationId } = place.location
      const countedAt = kind.countedAt?.(command)
      const key = { itemId, locationId, lotId: UNALLOCATED_LOT }
      return [countedAt === undefined ? key : { ...key, countedAt }]
    },
    decide: (command, ledger) => {
      const place = findPlace(ledger.directory, command)
      if (place.kind === 'refused') return place
      const { itemId } = place.item
      const { locationId } = place.location
      const key = { itemId, locationId, lotId: UNALLOCATED_LOT }
      const base = { ...ledger.movementHead(command), ...key, referenceKind: null, referenceId: null }
      return kind.decide(command, {
        ledger,
        key,
        balance: ledger.balance(key),
        move: (movementKind, delta, reference) => movementOf({ ...base, ...reference }, movementKind, delta),
        decided: (movements) => ({
          kind: 'decided',
          changes: { movements },
          answer: (after) => after.figuresAt(key),
        }),
      })
    },
  }
}

/** The part of a command's content that all kinds share. */
export function contentOfChange(command: CommandHead & { quantity: number }): readonly unknown[] {
  return [command.quantity, command.reason, command.effectiveAt?.toISOString() ?? null]
}

/** Options as part of a content: nothing where none is given. */
export function givenOf(options: Record<string, unknown> | undefined): readonly unknown[] {
  const given = Object.entries(options ?? {}).filter(([, value]) => value !== undefined)
  return given.length === 0 ? [] : [Object.fromEntries(given.sort(([a], [b]) => (a < b ? -1 : 1)))]
}

import { assert } from '../assert.ts'
import { UNALLOCATED_LOT } from '../context.ts'
import { type Refusal, refuse } from '../errors.ts'
import type { KitPart } from '../kits/flatten.ts'
import { pickFirstExpired } from '../lots/fefo.ts'
import { availableOf, movementOf, type NewMovement } from '../movements.ts'
import { contentOfChange, givenOf, type PlaceCommand } from './at-place.ts'
import type { StockCommand } from './command.ts'
import { type Directory, findPlace } from './directory.ts'
import { decideInBaseUnits, findBadPlaced } from './in-base-units.ts'
import type { CommandKind, CommandResult, Decision } from './kind.ts'
import type { Ledger } from './ledger.ts'

/** Assembled kits put together from their components at a location, at least 1, never beyond what is available (I5). */
export type AssembleCommand = PlaceCommand & { kind: 'assemble' }
/** The same undone: kits become their components again. */
export type DisassembleCommand = PlaceCommand & { kind: 'disassemble' }

export const assemble = kitKind<AssembleCommand>((of, quantity) => [
  ...of.parts.map((part) => ({ itemId: part.itemId, units: -quantity * part.quantity })),
  { itemId: of.kitItemId, units: quantity },
])

export const disassemble = kitKind<DisassembleCommand>((of, quantity) => [
  { itemId: of.kitItemId, units: -quantity },
  ...of.parts.map((part) => ({ itemId: part.itemId, units: quantity * part.quantity })),
])

/** Units on hand that an item gains, or loses where negative. */
type Change = { itemId: string; units: number }

/** @param toChanges what so many kits change, what is taken first: where there is too little of it, that is said */
function kitKind<Command extends StockCommand & PlaceCommand>(
  toChanges: (of: { kitItemId: string; parts: readonly KitPart[] }, quantity: number) => Change[],
): CommandKind<Command> {
  return {
    contentOf: (command) => [
      command.kind,
      command.sku,
      command.locationCode,
      ...contentOfChange(command),
      ...givenOf({ unit: command.unit }),
    ],
    findBad: (command) => findBadPlaced(command, 'positive'),
    names: (command) => ({
      skus: [command.sku],
      kitSkus: [command.sku],
      ...(command.unit !== undefined && { unitsOfSkus: [command.sku] }),
    }),
    places: (command, directory) => {
      const place = findAssembly(command, directory)
      if (place.kind === 'refused') return []
      const { locationId, kitItemId, parts } = place
      const itemIds = [kitItemId, ...parts.map((part) => part.itemId)]
      return itemIds.map((itemId) => ({ itemId, locationId, lotId: UNALLOCATED_LOT }))
    },
    decide: (asked, ledger) =>
      decideInBaseUnits(asked, 'positive', ledger.directory, (command) => {
        const assembly = findAssembly(command, ledger.directory)
        if (assembly.kind === 'refused') return assembly
        const { kitItemId, locationId } = assembly
        const movements: NewMovement[] = []
        for (const change of toChanges(assembly, command.quantity)) {
          const moved = moveUnits(command, ledger, change, locationId)
          if ('kind' in moved) return moved
          movements.push(...moved)
        }
        return toDecision({ kitItemId, locationId, parts: assembly.parts }, command.quantity, movements)
      }),
  }
}

function findAssembly(
  command: PlaceCommand,
  directory: Directory,
): { kind: 'found'; kitItemId: string; locationId: string; parts: readonly KitPart[] } | Refusal {
  const place = findPlace(directory, command)
  if (place.kind === 'refused') return place
  const parts = directory.assemblies.get(place.item.itemId)
  if (parts === undefined) {
    return refuse('not-assembled', 'sku', `"${command.sku}" is no assembled kit.`)
  }
  return { kind: 'found', kitItemId: place.item.itemId, locationId: place.location.locationId, parts }
}

/**
 * What is taken is taken from the usable lots that expire first and have some to spare, then from what has no lot. What is
 * given has no lot, so no tracked item can be: nobody said which lot or serial number it is.
 */
function moveUnits(
  command: PlaceCommand,
  ledger: Ledger,
  { itemId, units }: Change,
  locationId: string,
): NewMovement[] | Refusal {
  const head = { ...ledger.movementHead(command), referenceKind: null, referenceId: null }
  const move = (lotId: string, onHandDelta: number) =>
    movementOf({ ...head, itemId, locationId, lotId }, 'assemble', { onHandDelta })
  const { sku, tracking, serialCapture } = ledger.item(itemId)
  if (tracking === 'serial' && serialCapture === 'receipt') {
    return refuse(
      'serial-missing',
      'sku',
      `"${sku}" is tracked by serial number, so it cannot be assembled here.`,
    )
  }
  if (tracking === 'lot' && units > 0) {
    return refuse(
      'lot-missing',
      'sku',
      `"${sku}" is tracked by lot, and assembling cannot say which it becomes.`,
    )
  }
  if (units > 0) return [move(UNALLOCATED_LOT, units)]

  const place = { itemId, locationId }
  const available = ledger.usableAt(place)
  if (-units > available) {
    return refuse(
      'insufficient-stock',
      'quantity',
      `${-units} units of "${sku}" asked, ${available} are available at "${command.locationCode}".`,
    )
  }
  const movements: NewMovement[] = []
  let left = -units
  // Units promised without a lot weigh on no single one, so a lot may spare more than all of them together.
  const today = ledger.dayAt(locationId)
  const picks = pickFirstExpired(ledger.lotStockAt(place), { units: left, today, minShelfLifeDays: 0 })
  const withoutLot = Math.max(0, availableOf(ledger.balance({ ...place, lotId: UNALLOCATED_LOT })))
  for (const pick of [...picks, { lotId: UNALLOCATED_LOT, units: withoutLot }]) {
    const taken = Math.min(left, pick.units)
    if (taken > 0) movements.push(move(pick.lotId, -taken))
    left -= taken
  }
  assert(left === 0, 'what is available in all usable lots together can be taken from them')
  return movements
}

function toDecision(
  of: { kitItemId: string; locationId: string; parts: readonly KitPart[] },
  quantity: number,
  movements: readonly NewMovement[],
): Decision {
  const { kitItemId, locationId, parts } = of
  const toComponents = (after: Ledger): NonNullable<CommandResult['components']> =>
    parts.map((part) => ({
      sku: after.item(part.itemId).sku,
      units: quantity * part.quantity,
      available: after.usableAt({ itemId: part.itemId, locationId }),
    }))
  return {
    kind: 'decided',
    changes: { movements },
    answer: (after) => ({
      ...after.figuresAt({ itemId: kitItemId, locationId }),
      components: toComponents(after),
    }),
  }
}

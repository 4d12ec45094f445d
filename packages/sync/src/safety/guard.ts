import { inTransaction } from '@plimsoll/database'
import { nowOf, type Tx } from '../context.ts'
import { mostShownOf } from '../lanes/expected.ts'
import type { LaneCandidate } from '../lanes/lane-entries.store.ts'
import { notify } from '../notify.ts'
import { openTask } from '../tasks.store.ts'
import { assertLease } from '../worker/leases.store.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import { findEvidence, type LevelEvidence } from './evidence.store.ts'
import { countShown, countWritten, findAllowed, findRecentSudden, findSuddenLevels } from './guard.store.ts'
import { readGuard } from './guard-settings.ts'
import { releaseExplained } from './held-levels.ts'
import { describeHold, toldHold } from './hold-text.ts'
import { type HeldLevel, insertHold } from './holds.store.ts'
import {
  type GuardSettings,
  isExplained,
  isStampede,
  raiseFrom,
  type SuddenKind,
  suddenOf,
} from './stampede.ts'

/** The settings may be so old. */
const SETTINGS_MS = 2_000
/** Levels that are held are looked at again so often: orders may explain by now what they want. */
const HELD_MS = 2_000
/** What was asked about is only remembered so as not to ask again. */
const JUDGED_MAX = 100_000

type Sudden = { levelId: string; kind: SuddenKind; at: number; version: number }

/**
 * The last look before a write: keeps a burst of zeros or raises from a platform, whatever brought it about, until a
 * person says that it is meant (I8). It costs nothing while few levels change so: only when there are as many as the
 * settings allow does it ask the ledger which of them orders explain, and those never count.
 */
export class LaneGuard {
  readonly #context: WorkerContext
  /** Sudden changes let through of late that nothing has explained yet, by level. */
  readonly #passed = new Map<string, Sudden>()
  /** The version of each level that was last asked about: it is asked about once. */
  readonly #judged = new Map<string, number>()
  #hasPast = false
  #settings: GuardSettings | undefined
  #settingsAt = Number.NEGATIVE_INFINITY
  #heldAt = Number.NEGATIVE_INFINITY

  constructor(context: WorkerContext) {
    this.#context = context
  }

  /**
   * @param looked.isAll nothing else waits
   * @returns the candidates that may be written
   */
  async admit(candidates: LaneCandidate[], looked: { isAll: boolean }): Promise<LaneCandidate[]> {
    await this.#lookAtHeld()
    if (candidates.length === 0) return candidates
    if (!candidates.some(mayBeSudden)) return candidates
    const settings = await this.#readSettings()
    const sudden = candidates.flatMap((each) => toSudden(each, settings, this.#context.clock.now()))
    if (sudden.length === 0) return candidates
    this.#forgetOld(settings)
    const fresh = sudden.filter(
      (each) => !this.#isPassed(each) && this.#judged.get(each.levelId) !== each.version,
    )
    if (fresh.length === 0) return candidates
    // The queue may hold more than the lane looks at: from the smallest number that could matter on, all of it is asked.
    if (!this.#mayBeStampede(fresh, settings, looked)) {
      this.#remember(fresh)
      return candidates
    }
    const held = await this.#judge(fresh, settings)
    return candidates.filter(({ levelId }) => !held.has(levelId))
  }

  #mayBeStampede(fresh: readonly Sudden[], settings: GuardSettings, { isAll }: { isAll: boolean }): boolean {
    if (fresh.length > 0 && !isAll) return true
    const count = (kind: SuddenKind) =>
      new Set(
        [...this.#passed.values(), ...fresh].filter((each) => each.kind === kind).map((each) => each.levelId),
      ).size
    return count('zero') >= settings.zeroMinimum || count('raise') >= settings.raiseMinimum
  }

  /** Asks the log and the ledger, and holds what they do not explain where it is too much. @returns what is held now */
  async #judge(fresh: readonly Sudden[], settings: GuardSettings): Promise<Set<string>> {
    const { database, organizationId, connection } = this.#context
    const at = nowOf(this.#context)
    return await inTransaction(database, async (tx) => {
      await assertLease(tx, organizationId, this.#context.lease)
      const allowed = await findAllowed(
        tx,
        organizationId,
        connection.connectionId,
        fresh.map(({ levelId }) => levelId),
      )
      const waiting = (
        await findSuddenLevels(tx, organizationId, connection.connectionId, settings.raiseFactor)
      ).filter(({ levelId, version }) => this.#judged.get(levelId) !== version)
      const queuedIds = waiting.map(({ levelId }) => levelId)
      const asked = [...new Set([...queuedIds, ...this.#passed.keys()])]
      const evidence = await findEvidence(tx, organizationId, asked)
      const queued = new Set(queuedIds)
      const unexplained = evidence.flatMap((level) => {
        const kind = queued.has(level.levelId)
          ? suddenOf({ desired: level.desired, shown: level.shown ?? undefined }, settings)
          : this.#passed.get(level.levelId)?.kind
        if (kind === undefined) return []
        if (!queued.has(level.levelId) && isBack(kind, level)) {
          this.#passed.delete(level.levelId)
          return []
        }
        if (!isExplained(kind, level)) return [{ ...level, kind, isQueued: queued.has(level.levelId) }]
        this.#passed.delete(level.levelId)
        return []
      })
      const held = new Set<string>()
      for (const kind of ['zero', 'raise'] as const) {
        const ofKind = unexplained.filter((each) => each.kind === kind)
        for (const levelId of await this.#holdIfTooMany(tx, kind, ofKind, settings)) held.add(levelId)
      }
      for (const { levelId, version } of [...waiting, ...fresh]) this.#judged.set(levelId, version)
      const through = unexplained.filter(({ levelId }) => !held.has(levelId) && !allowed.has(levelId))
      this.#remember(through.map((level) => ({ ...level, at: at.getTime() })))
      if (held.size > 0) {
        const screen = {
          kind: 'screen' as const,
          topics: ['tasks' as const, 'overview' as const],
          itemIds: [],
        }
        await notify(tx, organizationId, screen)
        this.#context.log.warn({ connection: connection.name, levels: held.size, at }, 'writes are held (I8)')
      }
      return held
    })
  }

  async #holdIfTooMany(
    tx: Tx,
    kind: SuddenKind,
    levels: readonly (LevelEvidence & { isQueued: boolean })[],
    settings: GuardSettings,
  ): Promise<string[]> {
    const units = new Set(levels.map(({ stockUnitId }) => stockUnitId))
    if (units.size < (kind === 'zero' ? settings.zeroMinimum : settings.raiseMinimum)) return []
    const gone = new Set(levels.filter(({ isQueued }) => !isQueued).map(({ stockUnitId }) => stockUnitId))
    const count = kind === 'zero' ? countShown : countWritten
    const { organizationId, connection, uuid } = this.#context
    const listings =
      (await count(tx, organizationId, connection.connectionId)) + (kind === 'zero' ? gone.size : 0)
    if (!isStampede(kind, { sudden: units.size, listings }, settings)) return []
    const toHold = levels.filter(({ isQueued }) => isQueued)
    if (toHold.length === 0) return []
    const at = nowOf(this.#context)
    const hold = {
      holdId: uuid(),
      connectionId: connection.connectionId,
      kind,
      state: 'waiting' as const,
      listings: new Set(toHold.map(({ stockUnitId }) => stockUnitId)).size,
      ofListings: listings,
      units: toHold.reduce((sum, { shown, desired }) => sum + Math.abs((shown ?? 0) - desired), 0),
    }
    await insertHold(tx, organizationId, hold, {
      levels: toHold.map((level) => toHeld(kind, level, settings)),
      at,
    })
    await openTask(
      tx,
      organizationId,
      {
        kind: 'hold',
        subject: hold.holdId,
        connectionId: connection.connectionId,
        sku: null,
        units: hold.units,
        detail: describeHold(hold),
        told: toldHold(hold),
      },
      { at, uuid },
    )
    return toHold.map(({ levelId }) => levelId)
  }

  /** This very change, and not an earlier one: a listing that came back and goes to zero again is asked about again. */
  #isPassed({ levelId, kind, version }: Sudden): boolean {
    const passed = this.#passed.get(levelId)
    return passed !== undefined && passed.kind === kind && passed.version === version
  }

  #remember(sudden: readonly Sudden[]): void {
    for (const each of sudden) this.#passed.set(each.levelId, each)
  }

  #forgetOld({ windowSeconds }: GuardSettings): void {
    if (this.#judged.size > JUDGED_MAX) this.#judged.clear()
    const since = this.#context.clock.now() - windowSeconds * 1_000
    for (const [levelId, { at }] of this.#passed) if (at < since) this.#passed.delete(levelId)
  }

  async #readSettings(): Promise<GuardSettings> {
    const { database, organizationId, connection, clock } = this.#context
    if (this.#settings !== undefined && clock.now() - this.#settingsAt < SETTINGS_MS) return this.#settings
    const { kysely } = database
    const settings = await readGuard(kysely, organizationId, connection.connectionId)
    if (!this.#hasPast) {
      // What the former holder of the lane let through counts too.
      const since = new Date(clock.now() - settings.windowSeconds * 1_000)
      const { raiseFactor } = settings
      const past = await findRecentSudden(kysely, organizationId, connection.connectionId, {
        since,
        raiseFactor,
      })
      this.#remember(past.map((each) => ({ ...each, at: each.at.getTime() })))
      this.#hasPast = true
    }
    this.#settings = settings
    this.#settingsAt = clock.now()
    return settings
  }

  async #lookAtHeld(): Promise<void> {
    if (this.#context.clock.now() - this.#heldAt < HELD_MS) return
    this.#heldAt = this.#context.clock.now()
    await releaseExplained(this.#context)
  }
}

/** Whatever the settings: nearly all writes are neither, and cost nothing here. */
function mayBeSudden(candidate: LaneCandidate): boolean {
  const shown = mostShownOf(candidate)
  return shown !== undefined && (candidate.desired > shown || (candidate.desired === 0 && shown > 0))
}

/** It has gone to zero and shows something again: it is no longer one of those that are gone. */
function isBack(kind: SuddenKind, { desired, shown }: LevelEvidence): boolean {
  return kind === 'zero' && desired > 0 && (shown ?? 0) > 0
}

function toSudden(candidate: LaneCandidate, settings: GuardSettings, at: number): Sudden[] {
  const kind = suddenOf({ desired: candidate.desired, shown: mostShownOf(candidate) }, settings)
  return kind === undefined
    ? []
    : [{ levelId: candidate.levelId, kind, at, version: candidate.desiredVersion }]
}

function toHeld(
  kind: SuddenKind,
  { levelId, shown, desired }: LevelEvidence,
  settings: GuardSettings,
): HeldLevel {
  const held = { levelId, shown, wanted: desired, version: null }
  if (kind === 'zero') return { ...held, least: 0, most: 0 }
  return { ...held, least: raiseFrom(shown ?? 0, settings), most: null }
}

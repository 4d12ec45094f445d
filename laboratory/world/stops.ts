import {
  changeConnection,
  decideHold,
  haltWrites,
  liftHalt,
  pauseConnection,
  resumeConnection,
  type SyncContext,
} from '@plimsoll/sync'
import type pg from 'pg'
import type { Platform } from '../platforms/platform.ts'
import type { Scheduler } from './scheduler.ts'
import type { Trace } from './trace.ts'

type World = {
  organizationId: string
  scheduler: Scheduler
  trace: Trace
  platforms: ReadonlyMap<string, Platform>
  reader: pg.Client
}

type Ask = (what: string, act: (context: SyncContext) => Promise<void>) => void

const STOP = { reason: 'person', actor: 'people' }

/**
 * What people stop, and let go on: one platform, all of them (the kill switch), one that is still in shadow, a change that
 * the hub holds until somebody says that it is meant (I8). The platforms' books note since when nothing may be written.
 */
export class Stops {
  readonly #world: World
  readonly #ask: Ask
  readonly #toPause = new Set<Platform>()
  readonly #toGoLive = new Set<Platform>()
  #isToHalt = false
  /** What the hub has answered, and not only what people asked for: a command that failed stops nothing. */
  readonly #paused = new Set<Platform>()
  #isHalted = false

  constructor(world: World, ask: Ask) {
    this.#world = world
    this.#ask = ask
  }

  /** Has nothing written to a platform any more. */
  pause(platform: Platform): void {
    this.#toPause.add(platform)
    this.#ask(`pause ${platform.name}`, async (context) => {
      await pauseConnection(context, platform.connectionId, { ...STOP, how: 'freeze' })
      if (!this.#toPause.has(platform)) return
      this.#paused.add(platform)
      this.#noteStopped(platform)
    })
  }

  goOn(platform: Platform): void {
    this.#toPause.delete(platform)
    this.#paused.delete(platform)
    this.#noteFree(platform)
    this.#resume(platform)
  }

  /** The kill switch: nothing is written anywhere. */
  halt(): void {
    this.#isToHalt = true
    this.#ask('stop all writes', async (context) => {
      await haltWrites(context, 'organization', { ...STOP, how: 'freeze' })
      if (!this.#isToHalt) return
      this.#isHalted = true
      for (const platform of this.#world.platforms.values()) this.#noteStopped(platform)
    })
  }

  lift(): void {
    this.#isToHalt = false
    this.#isHalted = false
    for (const platform of this.#world.platforms.values()) this.#noteFree(platform)
    this.#liftHalt()
  }

  goLive(platform: Platform): void {
    platform.isLive = true
    // Who lets it go live has seen what would be written, and means it.
    platform.mistake = undefined
    this.#noteFree(platform)
    this.#toGoLive.add(platform)
    this.#makeLive(platform)
  }

  /** Does again what was not answered, and says that what is held is meant. */
  async look(): Promise<void> {
    const { reader, organizationId } = this.#world
    const paused = await reader.query(
      `select connection_id from connection where organization_id = $1 and 'person' = any(pause_reasons) order by 1`,
      [organizationId],
    )
    for (const { connection_id: connectionId } of paused.rows) {
      const platform = this.#platformOf(connectionId)
      if (platform !== undefined && !this.#toPause.has(platform)) this.#resume(platform)
    }
    for (const platform of this.#toGoLive) this.#makeLive(platform)
    const halted = await reader.query('select 1 from halt where organization_id = $1', [organizationId])
    if (halted.rows.length > 0 && !this.#isToHalt) this.#liftHalt()
    const held = await reader.query(
      `select hold_id, connection_id from hold where organization_id = $1 and state = 'waiting' order by opened_at, hold_id`,
      [organizationId],
    )
    for (const { hold_id: holdId, connection_id: connectionId } of held.rows)
      this.#confirm(holdId, this.#platformOf(connectionId))
  }

  #confirm(holdId: string, platform: Platform | undefined): void {
    this.#ask(`say that what is held on ${platform?.name} is meant`, async (context) => {
      if (platform !== undefined) platform.mistake = undefined
      await decideHold(context, holdId, { kind: 'confirm', actor: 'people', reason: null })
    })
  }

  #resume(platform: Platform): void {
    this.#ask(`let ${platform.name} go on`, async (context) => {
      await resumeConnection(context, platform.connectionId, STOP)
    })
  }

  #liftHalt(): void {
    this.#ask('let all writes go on', async (context) => {
      await liftHalt(context, 'organization', STOP)
    })
  }

  #makeLive(platform: Platform): void {
    this.#ask(`let ${platform.name} go live`, async (context) => {
      await changeConnection(context, platform.connectionId, { kind: 'go-live' })
      this.#toGoLive.delete(platform)
    })
  }

  #noteStopped(platform: Platform): void {
    const { trace, scheduler } = this.#world
    trace.tell('people', `know that nothing is written to ${platform.name} any more`)
    platform.stoppedSince ??= scheduler.now
  }

  #noteFree(platform: Platform): void {
    if (platform.isLive && !this.#isHalted && !this.#paused.has(platform)) platform.stoppedSince = undefined
  }

  #platformOf(connectionId: string): Platform | undefined {
    return [...this.#world.platforms.values()].find((platform) => platform.connectionId === connectionId)
  }
}

import { inOneTrip, inTransaction } from '@plimsoll/database'
import type { SyncContext } from '../context.ts'
import type { WriteEffect } from '../load-line/exposure.ts'
import { type CandidateQuery, findLaneCandidates, type LaneCandidate } from './lane-entries.store.ts'
import { type LaneOutcome, settleLanes } from './settle-lanes.ts'
import { Together } from './together.ts'
import { insertSentWrites, type Recorded, type Sending } from './writes.store.ts'

/** A batch of more is recorded by itself: the others would wait for its rows. */
const WRITES_TOGETHER_MAX = 200
const LANES_TOGETHER_MAX = 64

/** What the lanes of one process ask the database on their way to a call: those woken together ask together. */
export type LaneGroup = {
  findCandidates(lane: CandidateQuery): Promise<LaneCandidate[]>
  record(effect: WriteEffect, sending: Sending): Promise<Recorded>
  settle(outcome: LaneOutcome): Promise<void>
}

const groups = new WeakMap<object, Map<string, LaneGroup>>()

/** The same for all lanes of an organization that this process works. */
export function laneGroupOf({ database, organizationId }: SyncContext): LaneGroup {
  const ofDatabase = groups.get(database) ?? new Map<string, LaneGroup>()
  groups.set(database, ofDatabase)
  const group = ofDatabase.get(organizationId) ?? openLaneGroup(database, organizationId)
  ofDatabase.set(organizationId, group)
  return group
}

function openLaneGroup(database: SyncContext['database'], organizationId: string): LaneGroup {
  const candidates = new Together<CandidateQuery, LaneCandidate[]>(
    (lanes) => inOneTrip(database, (tx) => findLaneCandidates(tx, organizationId, lanes)),
    { weigh: () => 1, weightMax: LANES_TOGETHER_MAX, groupsMax: 8 },
  )
  const recording = (effect: WriteEffect) =>
    new Together<Sending, Recorded>(
      (lanes) => inOneTrip(database, (tx) => insertSentWrites(tx, organizationId, effect, lanes)),
      { weigh: ({ writes }) => writes.length, weightMax: WRITES_TOGETHER_MAX, groupsMax: 8 },
    )
  const recordings = { blind: recording('blind'), guarded: recording('guarded') }
  const settling = (effect: WriteEffect) =>
    new Together<LaneOutcome, void>(
      async ([first, ...rest]) => {
        if (first !== undefined)
          await inTransaction(database, (tx) => settleLanes(tx, effect, [first, ...rest]))
        return [first, ...rest].map(() => undefined)
      },
      { weigh: ({ settled }) => settled.length, weightMax: WRITES_TOGETHER_MAX, groupsMax: 2 },
    )
  const settlings = { blind: settling('blind'), guarded: settling('guarded') }
  return {
    findCandidates: (lane) => candidates.ask(lane),
    record: (effect, sending) => recordings[effect].ask(sending),
    settle: (outcome) => settlings[outcome.context.writeEffect].ask(outcome),
  }
}

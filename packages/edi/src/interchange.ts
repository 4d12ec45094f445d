import type { EdiProblem } from './problems.ts'
import type { Segment } from './segment.ts'

/** Who sends or receives: X12's qualifier and id, EDIFACT's id and code qualifier. */
export type EdiParty = { qualifier: string; id: string }

export type Separators = {
  element: string
  component: string
  segment: string
  /** X12 from 00402 on. */
  repetition?: string | undefined
  /** EDIFACT: makes a separator after it plain text. */
  release?: string | undefined
}

/** An interchange as it came. What is wrong within it stands beside what is good. */
export type Interchange = {
  syntax: 'x12' | 'edifact'
  sender: EdiParty
  receiver: EdiParty
  /** ISA13, UNB 0020. */
  controlNumber: string
  isTest: boolean
  separators: Separators
  groups: Group[]
  /** X12: what the partner's translator said of interchanges of ours (TA1). */
  receipts: Segment[]
  /** EDIFACT: the address as it stands in UNB, given back in CONTRL. */
  header: Segment
}

export type Group = {
  /** GS01: `SW` for 945. EDIFACT without groups: the message type of the first. */
  functionalId: string
  sender: string
  receiver: string
  /** GS06; EDIFACT: UNB 0020 where no group stands. */
  controlNumber: string
  /** `004010`, `D:96A`. */
  version: string
  /** How many sets its trailer says. */
  counted: number
  sets: EdiSet[]
  /** Why nothing of the group may be used. */
  problem: EdiProblem | undefined
}

/** A transaction set or message, header and trailer taken off. */
export type EdiSet = {
  /** `945`, `DESADV`. */
  id: string
  controlNumber: string
  header: Segment
  segments: Segment[]
  /** Why it may not be used. */
  problem: EdiProblem | undefined
}

/**
 * Whether the connections of a killed or frozen process move to another within ten seconds. Judged only where that is
 * owed: the database answers, and another worker has been well all the while.
 */
export type LeaseRow = { connectionId: string; pid: number; isValid: boolean }

export type Moves = {
  /** Times that a process was taken away and its work owed to others. */
  watched: number
  /** Of these, what was cut short by another trouble and is not judged. */
  disturbed: number
  slowestMs: number
  late: string[]
  /** The longest that a connection was nobody's, whatever the reason. */
  unworkedMsMax: number
}

type Pending = { name: string; pid: number; sinceMs: number; connectionIds: readonly string[] }

export const MOVES_WITHIN_MS = 10_000

export class LeaseWatch {
  readonly moves: Moves = { watched: 0, disturbed: 0, slowestMs: 0, late: [], unworkedMsMax: 0 }
  #rows: readonly LeaseRow[] = []
  #pending: Pending[] = []
  readonly #workedMs = new Map<string, number>()

  /** A process was killed or frozen just now. */
  taken(name: string, pid: number, nowMs: number): void {
    const connectionIds = this.#rows
      .filter((row) => row.isValid && row.pid === pid)
      .map((row) => row.connectionId)
    if (connectionIds.length > 0) this.#pending.push({ name, pid, sinceMs: nowMs, connectionIds })
  }

  /** It goes on: whatever it still holds it may keep. */
  returned(pid: number): void {
    const back = this.#pending.filter((each) => each.pid === pid)
    this.moves.disturbed += back.length
    this.#pending = this.#pending.filter((each) => each.pid !== pid)
  }

  /** @param rows undefined: the database did not answer */
  look(rows: readonly LeaseRow[] | undefined, isOwed: boolean, nowMs: number): void {
    this.#noteWorked(rows ?? [], nowMs)
    if (rows === undefined || !isOwed) {
      this.moves.disturbed += this.#pending.length
      this.#pending = []
      this.#rows = rows ?? []
      return
    }
    this.#rows = rows
    const byId = new Map(rows.map((row) => [row.connectionId, row]))
    this.#pending = this.#pending.filter(({ name, pid, sinceMs, connectionIds }) => {
      const waiting = connectionIds.filter((id) => {
        const row = byId.get(id)
        return row === undefined || !row.isValid || row.pid === pid
      })
      const ms = Math.round(nowMs - sinceMs)
      if (waiting.length > 0 && ms <= MOVES_WITHIN_MS) return true
      this.moves.watched += 1
      if (waiting.length > 0)
        this.moves.late.push(`${waiting.length} connections of ${name} are nobody’s after ${ms} ms`)
      else this.moves.slowestMs = Math.max(this.moves.slowestMs, ms)
      return false
    })
  }

  #noteWorked(rows: readonly LeaseRow[], nowMs: number): void {
    for (const { connectionId, isValid } of rows)
      if (isValid || !this.#workedMs.has(connectionId)) this.#workedMs.set(connectionId, nowMs)
    for (const workedMs of this.#workedMs.values())
      this.moves.unworkedMsMax = Math.max(this.moves.unworkedMsMax, Math.round(nowMs - workedMs))
  }
}

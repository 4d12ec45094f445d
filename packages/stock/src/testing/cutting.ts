import type { TestDatabase } from '@plimsoll/database/testing'
import type { DocumentStore } from '../documents/run-document.ts'

export class CutOff extends Error {}

/** A database whose transactions break off before their n-th statement, as when the process is killed there. */
export function cutting(real: TestDatabase, statements: number): DocumentStore['database'] {
  return {
    counters: real.counters,
    timing: real.timing,
    runTransaction: (work, isolationLevel) =>
      real.runTransaction((tx) => {
        let left = statements
        const executor = tx.getExecutor()
        const inner = executor.executeQuery.bind(executor)
        executor.executeQuery = async (...given) => {
          left -= 1
          if (left < 0) throw new CutOff()
          return await inner(...given)
        }
        return work(tx)
      }, isolationLevel),
  }
}

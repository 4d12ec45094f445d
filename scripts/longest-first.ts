import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files that take half a minute and more, the longest first: one of them begun last would run alone at the end. */
export const LONGEST = [
  'apps/dashboard/test/tracked-screens.test.ts',
  'apps/dashboard/test/browser.test.ts',
  'laboratory/storm/storm.test.ts',
  'apps/dashboard/test/describe-warehouse.test.ts',
  'apps/dashboard/test/real-hub.test.ts',
  'apps/hub/src/cli/commands.test.ts',
  'apps/dashboard/test/floor-screens.test.ts',
  'apps/dashboard/test/order-screens.test.ts',
  'apps/dashboard/test/screen-states.test.ts',
  'apps/hub/src/cli/connector.test.ts',
  'packages/sync/src/worker/cost-of-a-change.test.ts',
  'apps/hub/src/cli/several-processes.test.ts',
  'packages/database/src/silence.test.ts',
  'apps/hub/src/imports/killed-import.test.ts',
  'apps/dashboard/test/hand-order-screens.test.ts',
  'apps/hub/src/cli/authorize.test.ts',
  'apps/hub/src/cli/serve-without-database.test.ts',
  'laboratory/lab.test.ts',
  'packages/sync/src/availability/whatif.test.ts',
  'packages/sync/src/invariants.test.ts',
  'packages/sync/src/fulfilment/fulfilment.test.ts',
  'packages/sync/src/fulfilment/sending-channel.test.ts',
  'packages/sync/src/load-line/protect.test.ts',
  'packages/sync/src/load-line/protect-kits.test.ts',
  'apps/dashboard/test/first-day.test.ts',
  'apps/dashboard/test/connect.test.ts',
  'apps/dashboard/test/replenishment-screens.test.ts',
]

/** Vitest's own order, which knows durations only where it has run before, with the longest files in front. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rankOf = ({ moduleId }: TestSpecification) => {
      const found = LONGEST.findIndex((name) => moduleId.replaceAll('\\', '/').endsWith(name))
      return found === -1 ? LONGEST.length : found
    }
    // A stable sort: what is not named stays in vitest's order.
    return (await super.sort(files)).toSorted((one, other) => rankOf(one) - rankOf(other))
  }
}

import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * Files that take longest, the longest first: one of them begun last would run alone at the end. Those with a browser, which
 * wants a whole processor, between the others.
 */
export const LONGEST = [
  'apps/hub/src/cli/commands.test.ts',
  'apps/dashboard/test/browser.test.ts',
  'laboratory/storm/storm.test.ts',
  'apps/hub/src/cli/connector.test.ts',
  'apps/dashboard/test/tracked-screens.test.ts',
  'packages/connector-kit/src/expressions/evaluator.test.ts',
  'laboratory/lab.test.ts',
  'apps/dashboard/test/describe-warehouse.test.ts',
  'apps/hub/src/cli/authorize.test.ts',
  'apps/hub/src/cli/serve.test.ts',
  'apps/dashboard/test/filled-screens.test.ts',
  'apps/hub/src/imports/killed-import.test.ts',
  'packages/connector-kit/src/conformance/sample/sample.test.ts',
  'apps/dashboard/test/floor-screens.test.ts',
  'packages/connectors/walmart/hostile-answers.test.ts',
  'apps/hub/src/cli/write-a-connector.test.ts',
  'apps/dashboard/test/item-import.test.ts',
  'packages/sync/src/fulfilment/fulfilment.test.ts',
  'apps/hub/src/cli/several-processes.test.ts',
  'apps/dashboard/test/replenishment-screens.test.ts',
  'packages/connectors/shopify/hostile-answers.test.ts',
  'packages/sync/src/inbound/inbound.test.ts',
  'apps/dashboard/test/real-hub.test.ts',
  'packages/sync/src/fulfilment/sending-channel.test.ts',
  'packages/sync/src/worker/cost-of-a-change.test.ts',
  'apps/dashboard/test/order-screens.test.ts',
  'packages/sync/src/returns/tell-of-returns.test.ts',
  'apps/hub/src/cli/serve-without-database.test.ts',
  'apps/dashboard/test/connection-locations.test.ts',
  'packages/sync/src/returns/kits-and-serials-back.test.ts',
  'packages/connectors/woocommerce/hostile-answers.test.ts',
  'apps/dashboard/test/hand-order-screens.test.ts',
  'packages/connectors/ebay/conformance.test.ts',
  'apps/hub/src/http/counts-held-back.test.ts',
  'apps/dashboard/test/opening-screen.test.ts',
  'packages/database/src/embedded/survival.test.ts',
  'packages/database/src/silence.test.ts',
  'apps/dashboard/test/screen-states.test.ts',
  'laboratory/week/week.test.ts',
  'apps/dashboard/test/connect.test.ts',
  'packages/connectors/generic-warehouse/conformance.test.ts',
  'apps/dashboard/test/accounts.test.ts',
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

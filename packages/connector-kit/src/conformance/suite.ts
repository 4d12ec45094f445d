/**
 * The suite without a test runner: `@plimsoll/connector-kit/conformance-suite`. For the `conformance.ts` of connectors,
 * and for whoever runs them (`plimsoll conformance`).
 */
export type { ConformanceCase } from './conformance-case.ts'
export { conformanceCases, unclaimedCases } from './conformance-cases.ts'
export { unhurried } from './connected-warehouse.ts'
export type { CaseResult, ConformanceSetup, ConformanceSetups } from './run-conformance.ts'
export { runConformance } from './run-conformance.ts'
export type { ConformanceWorld, UnknownIds, WarehouseSetup, WorldSetup } from './world.ts'
export { createConformanceWorld } from './world.ts'

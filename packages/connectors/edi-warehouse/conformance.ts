import type { ConformanceSetups } from '@plimsoll/connector-kit/conformance-suite'
import type { Credentials, Settings } from './settings.ts'

/**
 * None: the suite asks a platform by HTTP and wants its answer at once; a partner answers by files, later. What the suite
 * promises is told by the stories of `exchange.test.ts` in `packages/edi` and of `edi-warehouse.test.ts`.
 */
export const conformance: ConformanceSetups<Settings, Credentials> = {}

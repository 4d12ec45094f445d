import { describeConformance } from '@plimsoll/connector-kit/conformance'
import { conformance } from './conformance.ts'

for (const [name, setup] of Object.entries(conformance)) describeConformance(name, setup)

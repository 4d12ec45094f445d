import { systemClock } from '@plimsoll/connector-kit'
import { v7 as uuidv7 } from 'uuid'

/** The real clock, ids and chance of this process. Everything else is handed them. */
export const processContext = {
  clock: systemClock,
  uuid: () => uuidv7(),
  random: () => Math.random(),
}

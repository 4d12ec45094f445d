import type { FaultSwitches } from '@plimsoll/client'

export const NO_FAULTS: FaultSwitches = {
  slow: false,
  duplicates: false,
  reordering: false,
  lostWebhooks: false,
  throttling: false,
  serverErrors: false,
}

export const ALL_FAULTS: FaultSwitches = {
  slow: true,
  duplicates: true,
  reordering: true,
  lostWebhooks: true,
  throttling: true,
  serverErrors: true,
}

/** What the switches on the screen mean to a simulator. */
export function toFaultSettings(switches: FaultSwitches): object {
  return {
    latencyMs: switches.slow ? [20, 250] : [0, 0],
    webhookDuplicateRate: switches.duplicates ? 0.3 : 0,
    webhookDelayMs: switches.reordering ? [0, 1_500] : [0, 0],
    webhookLossRate: switches.lostWebhooks ? 0.2 : 0,
    throttleRate: switches.throttling ? 0.1 : 0,
    errorRate: switches.serverErrors ? 0.08 : 0,
    dropResponseRate: switches.serverErrors ? 0.03 : 0,
  }
}

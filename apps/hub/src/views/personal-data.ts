import type { PersonalDataRules } from '@plimsoll/client'
import type { PersonalDataSetting } from '@plimsoll/sync'

/** How long it is kept to whom orders go. */
export function toPersonalDataRules(setting: PersonalDataSetting): PersonalDataRules {
  const { own, connections, version, actor, savedAt } = setting
  return {
    ...own,
    connections: connections.map(({ platform, ...connection }) => ({
      ...connection,
      platform:
        platform === undefined
          ? null
          : {
              ...platform,
              endedDaysMax: platform.endedDaysMax ?? null,
              unsentDaysMax: platform.unsentDaysMax ?? null,
            },
    })),
    version,
    actor,
    savedAt: savedAt?.toISOString() ?? null,
  }
}

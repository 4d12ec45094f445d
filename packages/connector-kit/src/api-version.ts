import type { Manifest } from './contract.ts'
import type { Words } from './form.ts'

const DAY_MS = 86_400_000
/** A person is told so long before the version ends. */
const WARNED_DAYS = 90

/** What a person should know of the version that a connector is written against: sentences for `check()`. */
export function versionWarnings(manifest: Pick<Manifest, 'name' | 'apiVersion'>, now: number): Words[] {
  const { apiVersion, name } = manifest
  if (apiVersion?.endsOn === undefined) return []
  const days = Math.ceil((new Date(`${apiVersion.endsOn}T00:00:00Z`).getTime() - now) / DAY_MS)
  if (days > WARNED_DAYS) return []
  const version = `${name} ends version ${apiVersion.version} of its interface`
  const versionInChinese = `${name} 接口的版本 ${apiVersion.version}`
  return days > 0
    ? [
        {
          en: `${version} on ${apiVersion.endsOn}: update Plimsoll before.`,
          zh: `${versionInChinese} 将于 ${apiVersion.endsOn} 停用：请在此之前更新 Plimsoll。`,
        },
      ]
    : [
        {
          en: `${version}, since ${apiVersion.endsOn}: update Plimsoll now.`,
          zh: `${versionInChinese} 已于 ${apiVersion.endsOn} 停用：请立即更新 Plimsoll。`,
        },
      ]
}

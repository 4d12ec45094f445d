import type { Settings } from './settings.ts'

/** Ways of paying, by the names that the shop gives them. Pure. */

/** The ways of paying that need not have been paid. */
export function sentUnpaidOf({ sentUnpaid = '' }: Pick<Settings, 'sentUnpaid'>): ReadonlySet<string> {
  return new Set(
    sentUnpaid
      .split(/[,，]/)
      .map(toGateway)
      .filter((name) => name !== ''),
  )
}

/** A name of a way of paying, as it is compared: people type it into the settings. */
export function toGateway(name: string): string {
  return name.trim().toLowerCase()
}

import { parseMonth } from '@plimsoll/stock'
import { InvalidArgumentError } from 'commander'
import { z } from 'zod'

/** Reads the instant of an option. Without a zone it would be another moment on another machine. */
export function toMoment(text: string): Date {
  if (!z.iso.datetime({ offset: true }).safeParse(text).success) {
    throw new InvalidArgumentError('Write it as 2026-11-25T10:00:00Z or 2026-11-25T18:00:00+08:00.')
  }
  return new Date(text)
}

/** Reads the month of an option: 2025-01. */
export function toMonth(text: string): Date {
  const month = parseMonth(text)
  if (month === undefined) throw new InvalidArgumentError('Write it as 2025-01.')
  return month
}

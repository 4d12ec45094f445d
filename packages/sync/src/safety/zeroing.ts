import type { Desired } from '../availability/desired.ts'

/** What a level shows whose connection is to show nothing before it is paused: zero, whatever else is decided. */
export function orZeroed(
  { isZeroed }: { isZeroed: boolean },
  desired: Desired,
): Omit<Desired, 'because'> & { because: Desired['because'] | 'zeroed' } {
  return isZeroed ? { ...desired, units: 0, because: 'zeroed' } : desired
}

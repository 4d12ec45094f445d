import type { KeyboardEvent } from 'react'

/**
 * Whether a key belongs to an input method that is putting a word together: its Enter and arrows choose characters, and mean
 * nothing to the field yet. Safari ends the composition before it sends that Enter, and marks it by its code 229.
 */
export function isComposing({ nativeEvent }: KeyboardEvent): boolean {
  return nativeEvent.isComposing || nativeEvent.keyCode === 229
}

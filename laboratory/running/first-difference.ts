/** Where two runs of one seed part, in words; what lies before is the same in both. */
export function firstDifference(one: readonly string[], other: readonly string[]): string {
  const step = one.findIndex((mark, nth) => mark !== other[nth])
  if (step === -1) {
    return one.length === other.length
      ? 'two runs differed, and two more, looked at closely, did not'
      : `one run has ${one.length} steps, the other ${other.length}`
  }
  const lines = (one[step] ?? '').split('\n')
  const others = (other[step] ?? '').split('\n')
  const line = lines.findIndex((each, nth) => each !== others[nth])
  return `step ${step}:\n  ${lines[line]?.slice(0, 600)}\n  ${others[line]?.slice(0, 600)}`
}

/** How the platform says no. */
export function refusal(code: string, message: string) {
  return { error: { code, message } }
}

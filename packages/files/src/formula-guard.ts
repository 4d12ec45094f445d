/**
 * A spreadsheet runs what begins like a formula, also from a CSV file that somebody else filled (OWASP, "CSV
 * Injection", read 2026-11). Written with an apostrophe before it, it is text; reading takes that one off again.
 */
const DANGEROUS = /^'*[=+\-@＝＋－＠\t\r\n]/
const GUARDED = /^'+[=+\-@＝＋－＠\t\r\n]/

export function guardText(text: string): string {
  return DANGEROUS.test(text) ? `'${text}` : text
}

export function unguardText(text: string): string {
  return GUARDED.test(text) ? text.slice(1) : text
}

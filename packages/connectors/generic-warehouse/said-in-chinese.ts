/**
 * What this connector says of files and rows, in Chinese. It reads files in many places that know no reader; here their English
 * sentences are told again. What is in none of them (of an expression, or of a library) is quoted as it came.
 */
export function inChinese(said: string): string {
  for (const [pattern, zh] of whole) {
    const found = pattern.exec(said)
    if (found !== null) return fill(zh, found)
  }
  const [, field, message = ''] = /^([^:]{1,200}): (.+)$/s.exec(said) ?? []
  const known = ofFields.find(([pattern]) => pattern.test(message))
  if (field === undefined || known === undefined) return `“${said}”`
  const [pattern, zh] = known
  return `${field === 'the row' ? '整行' : field}：${fill(zh, pattern.exec(message))}`
}

/** Sentences of a whole file; what stands in parentheses is put where its number is. */
const whole: readonly [RegExp, string][] = [
  [/^It names no SKU at all\.$/, '其中没有任何 SKU。'],
  [/^None of its rows can be read\.$/, '没有一行可以读取。'],
  [
    /^It has (\d+) readable rows, and the one before had (\d+)\.$/,
    '其中可读取的有 $1 行，而前一个文件有 $2 行。',
  ],
  [/^(.+) is empty\.$/s, '$1 为空。'],
  [/^(.+) is not whole JSON\.$/s, '$1 不是完整的 JSON。'],
  [/^(.+) is not (\S+) text to its end\.$/s, '$1 并非从头到尾都是 $2 文本。'],
  [/^(.+) is not read: it has no row with names\.$/s, '未读取 $1：没有列名行。'],
  [/^(.+) is not read: two columns have one name\.$/s, '未读取 $1：两列同名。'],
  [/^(.+) is not read: it is no whole XML \(line (\d+)\)\.$/s, '未读取 $1：不是完整的 XML（第 $2 行）。'],
  [
    /^(.+) is not read: it does not end with (.+): it was cut off\.$/s,
    '未读取 $1：结尾不是 $2，文件被截断。',
  ],
  [/^(.+) is not read: it is cut off\.$/s, '未读取 $1：文件被截断。'],
  [/^(.+) is not read: it says (\d+) rows and has (\d+)\.$/s, '未读取 $1：它自称有 $2 行，实有 $3 行。'],
  [/^(.+) is not read: it declares a document type\.$/s, '未读取 $1：它声明了文档类型（DOCTYPE）。'],
  [/^(.+) is not read: it has too many elements\.$/s, '未读取 $1：元素过多。'],
  [/^(.+) is not read: it is nested too deep\.$/s, '未读取 $1：嵌套过深。'],
  [/^(.+) is not read: (.+)$/s, '未读取 $1：“$2”'],
  [/^(.+): it has no list there\.$/s, '$1：那里没有列表。'],
]

/** What is wrong with a field of a row. */
const ofFields: readonly [RegExp, string][] = [
  [/^it is missing$/, '缺少内容'],
  [/^give a number$/, '请填写数字'],
  [/^give a whole number of units$/, '请填写整数件数'],
  [/^give no less than 0$/, '不能小于 0'],
  [
    /^give a moment with its zone, or say how they are written \(`dates`\)$/,
    '请填写带时区的时刻，或用 `dates` 说明其写法',
  ],
  [/^it is not written (.+)$/s, '写法与 $1 不符'],
  [/^give a date as 2026-11-26, or as `dates` says$/, '请按 2026-11-26 的格式或 `dates` 所述填写日期'],
  [/^nothing came$/, '没有结果'],
  [/^there are several, say which$/, '有多个地点，请说明是哪一个'],
  [/^there is no "(.+)" in `locations`$/s, '`locations` 中没有“$1”'],
  [/^`(states|conditions)` does not say what "(.+)" means$/s, '`$1` 未说明“$2”的含义'],
  [/^neither this nor `available` nor `change` is there$/, '此项、`available` 与 `change` 都没有内容'],
]

function fill(text: string, found: RegExpExecArray | null): string {
  return text.replace(/\$(\d)/g, (_, nth: string) => found?.[Number(nth)] ?? '')
}

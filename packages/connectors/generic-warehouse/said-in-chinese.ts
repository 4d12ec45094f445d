import { expressionInChinese } from '@plimsoll/connector-kit/expressions'

/**
 * What this connector says of files, rows and descriptions, in Chinese. It reads files in many places that know no reader; here their English
 * sentences are told again. What is in none of them (of an expression, or of a library) is quoted as it came.
 */
export function inChinese(said: string): string {
  const alone = toldWhole(said)
  if (alone !== undefined) return alone
  const [, field, message = ''] = /^([^:]{1,200}): (.+)$/s.exec(said) ?? []
  const ofField = field === undefined ? undefined : (told(ofFields, message) ?? toldWhole(message))
  if (field === undefined || ofField === undefined) return `“${said}”`
  return `${field === 'the row' ? '整行' : field}：${ofField}`
}

function toldWhole(said: string): string | undefined {
  const [, why] = /^The map cannot be run: (.+)\.$/s.exec(said) ?? []
  if (why !== undefined) return `字段映射无法运行：${expressionInChinese(why) ?? `“${why}”`}`
  return told(whole, said) ?? expressionInChinese(said) ?? expressionInChinese(said.replace(/\.$/, ''))
}

function told(sentences: readonly [RegExp, string][], said: string): string | undefined {
  for (const [pattern, zh] of sentences) {
    const found = pattern.exec(said)
    if (found !== null) return fill(zh, found)
  }
  return undefined
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
  // Of what is written for the warehouse.
  [
    /^Of XML it makes an object with the one outermost element\.$/,
    '对于 XML，结果须为只含一个最外层元素的对象。',
  ],
  [/^It says nothing\.$/, '没有任何内容。'],
  [/^It makes no list of rows\.$/, '结果不是由行组成的列表。'],
  [
    /^A cell holds a separator or a line break, and this format has no quotation marks\.$/,
    '某个单元格含有分隔符或换行，而此格式没有引号。',
  ],
  [/^(.+): (\d+) characters do not fit into its (\d+)\.$/s, '$1：共 $2 个字符，超出其 $3 个字符的宽度。'],
  [/^(.+): it holds a line break\.$/s, '$1：含有换行。'],
  [/^"(.+)" is no name of an XML element\.$/s, '“$1”不能作为 XML 元素名。'],
  [/^A text holds a character that XML has no place for\.$/, '文本中含有 XML 不允许的字符。'],
  [
    /^"(.+)" cannot be written in (\S+)\. Choose another encoding\.$/s,
    '“$1”无法用 $2 编码写出，请选择其他编码。',
  ],
  // Of the description itself.
  [/^give a path below the folder of the connection$/, '请填写该连接的文件夹之下的路径'],
  [
    /^give \+08:00 or the name of a zone, such as Europe\/Berlin$/,
    '请填写 +08:00 或时区名称，例如 Asia/Shanghai',
  ],
  [
    /^write it of YYYY, MM, DD, HH, mm, ss, such as YYYYMMDDHHmmss$/,
    '请用 YYYY、MM、DD、HH、mm、ss 书写，例如 YYYYMMDDHHmmss',
  ],
  [/^name a file, not a folder$/, '请填写文件名，而不是文件夹'],
  [/^write a regular expression with one group, such as (.+)$/, '请填写带一个分组的正则表达式，例如 $1'],
  [/^put \{id\} in it: one request is one file$/, '文件名中须含 {id}：一个请求对应一个文件'],
  [/^give `file` or `call`: how it gets there$/, '请填写 `file` 或 `call`，说明如何送达'],
  [/^begin it with one slash: it stands below baseUrl$/, '请以一个斜杠开头：它位于 baseUrl 之下'],
  [/^it is no expression$/, '不是表达式'],
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

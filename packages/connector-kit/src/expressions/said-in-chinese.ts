/**
 * What is wrong with an expression, in Chinese. JSONata says it in English, and so does the thread that runs it; whoever
 * writes one may read neither. A test holds this to all that JSONata itself can say.
 * @param said as `ExpressionProblem` and the check of an expression say it
 * @returns undefined for what neither of them says: it is for the caller to quote
 */
export function expressionInChinese(said: string): string | undefined {
  const [, inside, place] = /^it is not JSONata: (.*?)(?: \(character (\d+)\))?$/s.exec(said) ?? []
  if (inside === undefined) return tell(said)
  const where = place === undefined ? '' : `（第 ${place} 个字符处）`
  return `不是有效的 JSONata 表达式：${tell(inside) ?? `“${inside}”`}${where}`
}

function tell(said: string): string | undefined {
  for (const [pattern, zh] of sentences) {
    const found = pattern.exec(said)
    if (found !== null) return zh.replace(/\$(\d)/g, (_, nth: string) => found[Number(nth)] ?? '')
  }
  return undefined
}

/** By how JSONata's catalogue begins each: names and values are quoted from where they stand. */
const sentences: readonly [RegExp, string][] = [
  [/^String literal must be terminated/, '字符串缺少结尾的引号'],
  [/^Number out of range: (.*)$/s, '数字超出范围：$1'],
  [/^Unsupported escape sequence: (.*)$/s, '不支持的转义序列：$1'],
  [/^The escape sequence \\u must/, '\\u 之后必须是 4 位十六进制数字'],
  [/^Quoted property name must be terminated/, '属性名缺少结尾的反引号（`）'],
  [/^Comment has no closing tag/, '注释没有结束'],
  [/^Syntax error: (.*)$/s, '语法错误：$1'],
  [/^Expected (.*), got "\(end\)"$/s, '应为 $1，但表达式已结束'],
  [/^Expected (.*), got (.*)$/s, '应为 $1，却是 $2'],
  [/^Expected (.*) before end of expression/s, '表达式结束之前应有 $1'],
  [/^Unknown operator: (.*)$/s, '未知的运算符：$1'],
  [/^Unexpected token: (.*)$/s, '此处不应出现：$1'],
  [/^Unknown expression type: (.*)$/s, '未知的表达式类型：$1'],
  [/^Unexpected end of expression/, '表达式不完整'],
  [/^Parameter (.*) of function definition/s, '函数的参数 $1 必须是变量名（以 $ 开头）'],
  [/^A predicate cannot follow a grouping/, '一步之中，分组之后不能再有筛选'],
  [/^Each step can only have one grouping/, '每一步只能有一个分组'],
  [/^The symbol (.*) cannot be used as a unary/s, '符号 $1 不能单独放在一个值之前'],
  [/^The left side of := must/, ':= 的左边必须是变量名（以 $ 开头）'],
  [/^The literal value (.*) cannot be used as a step/s, '固定值 $1 不能作为路径中的一步'],
  [/^The right side of (.*) must be a variable name/s, '$1 的右边必须是变量名（以 $ 开头）'],
  [/^A context variable binding must precede/, '绑定上下文变量必须写在筛选和排序之前'],
  [/^The object representing the 'parent'/, '此表达式无法得出上一级对象（%）'],
  [/^Empty regular expressions/, '正则表达式不能为空'],
  [/^No terminating \/ in regular/, '正则表达式缺少结尾的 /'],
  [/^Choice groups containing|^Type parameters can only/, '函数的类型说明有误'],
  [/^Attempted to evaluate an expression containing syntax/, '表达式中有语法错误'],
  [/^Argument (.*) of function (.*) does not match/s, '函数 $2 的第 $1 个参数类型不对'],
  [
    /^Context value is not a compatible type with argument (.*) of function (.*)$/s,
    '当前值不能作为函数 $2 的第 $1 个参数',
  ],
  [
    /^Argument (.*) of function (.*) must be an array of (.*)$/s,
    '函数 $2 的第 $1 个参数必须是由 $3 组成的数组',
  ],
  [/^Cannot negate a non-numeric value: (.*)$/s, '只有数字才能取负：$1'],
  [/^Key in object structure must evaluate to a string; got: (.*)$/s, '对象的键必须是文本，却是：$1'],
  [/^Regular expression matches zero length/, '正则表达式会匹配空文本'],
  [
    /^Attempted to (?:invoke|partially apply) a non-function\. Did you mean (.*)\?$/s,
    '调用的不是函数，是否应为 $1？',
  ],
  [/^Attempted to (?:invoke|partially apply) a non-function/, '调用的不是函数'],
  [/^Multiple key definitions evaluate to same key: (.*)$/s, '多处定义得到同一个键：$1'],
  [
    /^The matcher function argument passed to function (.*) does not/s,
    '传给函数 $1 的匹配函数返回的结构不对',
  ],
  [/^Stack overflow/, '递归过深，请检查没有终止的递归'],
  [/^Evaluation timeout after (.*) milliseconds/s, '运行超过 $1 毫秒，请检查是否有死循环'],
  [/^Object property names starting with _jsonata_/, '属性名不能以 _jsonata_ 开头'],
  [/^The left side of the range operator/, '范围运算符（..）的左边必须是整数'],
  [/^The right side of the range operator/, '范围运算符（..）的右边必须是整数'],
  [/^The left side of the (.*) operator must evaluate to a number/s, '运算符 $1 的左边必须是数字'],
  [/^The right side of the (.*) operator must evaluate to a number/s, '运算符 $1 的右边必须是数字'],
  [/^The right side of the function application operator/, '~> 的右边必须是函数'],
  [/^Type mismatch when comparing values (.*) and (.*) in order-by/s, '排序时 $1 与 $2 类型不同，无法比较'],
  [/^The expressions within an order-by/, '排序所依据的必须是数字或文本'],
  [
    /^The values (.*) and (.*) either side of operator (.*) must be of the same/s,
    '运算符 $3 两边的 $1 与 $2 类型不同',
  ],
  [/^The expressions either side of operator (.*) must evaluate/s, '运算符 $1 两边必须是数字或文本'],
  [
    /^The (?:insert\/update|delete) clause of the transform|^The transform expression clones/,
    '转换表达式（| … |）写法不对',
  ],
  [/^The size of the sequence allocated by the range/, '范围运算符（..）得到的序列过长'],
  [/^The maximum sequence length/, '结果的序列过长'],
  [/^Attempting to invoke string function on Infinity/, '无穷大或非数字不能转为文本'],
  [/^Second argument of replace function/, 'replace 的第 2 个参数不能为空文本'],
  [/^(Fourth|Third) argument of (replace|split|match) function must/, '$2 的最后一个参数必须是正数'],
  [/^Attempted to replace a matched string/, '只能用文本替换匹配到的文本'],
  [/^Unable to cast value to a number: (.*)$/s, '无法转为数字：$1'],
  [/^The second argument of reduce/, 'reduce 的第 2 个参数必须是至少有两个参数的函数'],
  [/^The sqrt function cannot be applied/, '负数不能开平方'],
  [/^The power function has resulted/, '乘方的结果超出数字范围'],
  [
    /^The single argument form of the sort/,
    'sort 只有一个参数时，数组必须全为文本或全为数字；否则请给出比较函数',
  ],
  [/sub-picture|picture string|decimal digit pattern|timezone integer format/, '数字或日期的格式串写法不对'],
  [/^The radix of the formatBase/, 'formatBase 的进制必须在 2 到 36 之间'],
  [
    /^The argument of the toMillis function must be .* Given (.*)$/s,
    'toMillis 需要 ISO 8601 格式的时间，却是：$1',
  ],
  [/^(?:Syntax|Dynamic) error .*function eval/, '传给 eval 的表达式有误'],
  [/^Formatting or parsing an integer as a sequence/, '不支持以此开头的整数格式'],
  [/^The \$single\(\) function .* matched more/s, '$single() 应恰好得到一个结果，却有多个'],
  [/^The \$single\(\) function .* matched 0/s, '$single() 应恰好得到一个结果，却没有'],
  [/^Malformed URL passed to (.*): /s, '传给 $1 的网址不完整'],
  // The house's own.
  [/^(\$\w+) is not to be had here$/, '此处不能使用 $1'],
  [/^it took more than (\d+) ms$/, '运行超过 $1 毫秒'],
  [/^it took more than (\d+) MB$/, '占用内存超过 $1 MB'],
  [/^it did not end$/, '运行没有结束'],
  [/^the thread that runs expressions has ended$/, '运行表达式的线程已结束，请重试'],
]

import type { enToldTroubles } from './en-told-troubles.ts'
import { zhToldProblems } from './zh-told-problems.ts'

const { said: _, ...problems } = zhToldProblems.toldProblem

/** 刊登、点数、任务、批量修改、警报接收方与到货明细的问题，按代码与事实说出；`message` 是对方的原话。 */
export const zhToldTroubles: typeof enToldTroubles = {
  toldTrouble: {
    ...problems,
    invalid: '平台不接受所写的内容{{said}}。请更正所指的值，或附上请求编号向平台反馈。',
    refused: '{{refusal}}（{{message}}）',
    failed: '出了问题{{said}}。请重试；若仍如此，请带上时间报告。',
    'level-untracked':
      '平台不统计此刊登的数量，因此它会无限量销售，也不写入数量。请在平台上开启库存跟踪，然后重新导入。',
    'level-gone': '平台上该处已没有此刊登，因此不再向其写入。',
    'level-echo':
      '每次写入 {{quantity}}，平台都显示 {{shows}}。请在平台上查看该刊登：可能有插件或规则改动了它。',
    'not-mapped': '未关联商品：请先匹配。',
    'no-stock-of-kit': '关联的是套装，套装没有自己的库存，只有其组成商品有。',
    'take-back-by-hand': '该商品按序列号跟踪：请逐个按序列号手工收回。',
    'count-tracked': '{{sku}} 按{{tracking}}跟踪，而平台不提供这些信息。',
    'count-short': '{{sku}} 在该处的占用比平台的剩余多 {{units}}。',
    'place-untied': '{{warehouse}} 的库区 {{place}} 没有对应的地点：请为其指定一个。',
    answered: '对方应答 {{answer}}{{said}}。',
  },
  quoted: '原话：“{{message}}”',
  toldActivity: {
    found: '读到 {{observed}}，预期为 {{expected}}。',
    'found-first': '首次读取到 {{observed}}。',
  },
  tracking: { lot: '批次', serial: '序列号' },
}

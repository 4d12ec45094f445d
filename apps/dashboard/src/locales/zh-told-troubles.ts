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
    'count-held':
      '平台报告 {{sku}} 的可售数为 {{counted}}，账上为 {{known}}。同时有许多商品如此变动，等待您确认。',
    'count-short': '{{sku}} 在该处的占用比平台的剩余多 {{units}}。',
    'place-untied': '{{warehouse}} 的库区 {{place}} 没有对应的地点：请为其指定一个。',
    answered: '对方应答 {{answer}}{{said}}。',
  },
  quoted: '原话：“{{message}}”',
  toldActivity: {
    found: '读到 {{observed}}，预期为 {{expected}}。',
    'found-first': '首次读取到 {{observed}}。',
  },
  notUndoable: {
    'window-over': '已结束的时段不能恢复；请重新安排。',
    'first-rules': '首份规则之前适用默认规则；请按默认规则填写。',
    'former-credentials': '不保留以前的凭证；请重新提供。',
    'counted-stays-tied': '平台自行清点的库区一经入账便保持对应；请改为对应另一地点。',
    'application-not-kept': '此处不保留应用的凭据；请重新提供。',
    bins: '货位请在其地点的页面上重新填写。',
    currency: '币种只能改为另一种，不能取消。',
    'item-on-page': '商品请在其页面上更改；此处显示原来的内容。',
    'lot-on-page': '批次请在其页面上重新说明，并写明原因。',
    'destination-gone': '已移除的接收方的地址不再保留；请重新添加。',
    gone: '所涉及的内容，或将要恢复的值，已不存在。',
    'connection-made': '已建立的连接不能撤销；请暂停它。',
    'several-settings': '同时更改了多项设置；请逐项更改。',
    'set-once': '连接建立后，此项不能再设置。',
    'went-live': '已上线的连接请改为暂停。',
    'location-made': '已建立的地点不能撤销；请将其归档。',
  },
  tracking: { lot: '批次', serial: '序列号' },
}

/**
 * How a connector that is described by a text of its own (its formats, its maps) lets a person try that description on a
 * sample file before anything is stored. Nothing of a sample is kept; what a person has written is run in the sandbox and
 * in bounded time.
 */
export type SampleTools<Settings> = {
  /** Names that people look for, and that begin here: a warehouse without a connector of its own. */
  names: readonly string[]
  /** What a sample looks like: the part of the description that says so, as far as the file itself tells. */
  guess(sample: Sample): Promise<SampleGuess>
  /** A sample, read as the part of the description says. What is wrong is answered, not thrown. */
  read(sample: Sample, terms: SampleTerms): Promise<SampleReading>
  /** What would be told the other side about an example. */
  write(feed: string, terms: SampleTerms): Promise<SampleWriting>
  /** The part of a connection's description for one feed; its description is undefined where it says nothing of that feed. */
  describedIn(settings: Settings, feed: string): { description: unknown; places: unknown }
}

export type Sample = { feed: string; name: string; content: Buffer }

/** `description`: of the one feed, as a person has it so far. */
export type SampleTerms = { description: unknown; places: unknown; now: number }

export type SampleGuess = {
  /** What can be told of it: format, encoding, sequence. */
  description: Record<string, unknown>
  /** A field of ours by the column whose name means it. */
  columns: Record<string, string>
}

export type SampleReading = {
  /** Why the file cannot be read at all, or the description says nothing. */
  problem: string | undefined
  /** The same in Chinese, where the connector tells it. */
  problemInChinese?: string | undefined
  /** What is wrong in the description: the field below the feed, and the cure. */
  wrong: SampleWrong[]
  /** The names under which cells stand. */
  columns: string[]
  /** Rows in the sample, and how many of those looked at are understood. */
  total: number
  lookedAt: number
  understood: number
  rows: SampleRow[]
  /** Each field of ours by itself: what its expression makes of the first row that it finds something in. */
  fields: SampleField[]
  /** What its name says about its place among the others. */
  sequence: string | undefined
  saidAt: Date | undefined
}

/** What is wrong in a description: the field below the feed, and the cure; in Chinese, where the connector tells it. */
export type SampleWrong = { field: string; message: string; messageInChinese?: string | undefined }

export type SampleField = {
  name: string
  value: string | undefined
  problem: string | undefined
  problemInChinese?: string | undefined
}

export type SampleRow = {
  /** As an editor counts. */
  number: number
  cells: Record<string, string>
  /** By fields of ours; undefined: it is not understood. */
  meaning: Record<string, string> | undefined
  problem: string | undefined
  problemInChinese?: string | undefined
}

export type SampleWriting = {
  name: string | undefined
  /** As it would be written, shown as text. */
  text: string | undefined
  problem: string | undefined
  problemInChinese?: string | undefined
  wrong: SampleWrong[]
  /** What the expression is run over: so that one sees what there is. */
  example: unknown
}

/** Larger samples tell no more. */
export const SAMPLE_BYTES_MAX = 2 * 1024 * 1024

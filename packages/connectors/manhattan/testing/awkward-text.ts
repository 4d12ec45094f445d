import fc from 'fast-check'

/** Texts of every legal character, those that queries are made of more often than others. */
export const awkwardText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc
    .array(
      fc.constantFrom(
        "'",
        "''",
        '"',
        '\\',
        '%',
        '*',
        '(',
        ')',
        ',',
        '=',
        '>',
        ' and ',
        ' or ',
        ' in ',
        '--',
        ';',
        'x',
        '7',
        ' ',
        'ß',
        '货',
        '🧦',
        '\0',
        '\n',
        '{',
        '}',
        '/*',
        "' or '1' = '1",
        'null',
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join('')),
)

import { repeated, type Read, type Values, yesNo } from '../option.ts'

/** `<mask>`: secrets that are replaced before anything is stored. */
export const maskOptions = {
  defaults: yesNo(
    'defaults',
    true,
    'Mask tokens, passwords, keys and what Kubernetes secrets hold, by the built-in list.',
  ),
  fields: repeated('field', 'Field whose value is masked wherever it stands in the event.', {
    accepts: 'the name of a field, as in rules: docker.exec.command, dstuser',
    read: ({ content }): Read<string> =>
      content === '' ? { wrong: 'must not be empty' } : { value: content },
  }),
  patterns: repeated(
    'pattern',
    'What is masked besides; the first group when there is one, else the match.',
    {
      accepts: 'a regular expression (JavaScript)',
      read: ({ content }): Read<RegExp> => {
        try {
          const pattern = new RegExp(content, 'g')
          return pattern.test('') ? { wrong: 'must not match the empty text' } : { value: pattern }
        } catch (error) {
          return { wrong: `must be a regular expression (${error instanceof Error ? error.message : ''})` }
        }
      },
    },
  ),
}
export type MaskSection = Values<typeof maskOptions>

export { lowerAscii } from '../event/field-key.ts'

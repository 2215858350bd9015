/** Longer messages, and members that would become longer, are written in another way. */
const mostMessageBytes = 1 << 20
const mostMemberBytes = 1 << 19

/**
 * Where a document is put together: bytes are copied here four at a time, whatever string they come from, and one string is made of
 * them at the end. There is one document at a time.
 */
export const documentBytes = Buffer.alloc(mostMessageBytes + mostMemberBytes)
/** The members of `data` are put behind the message, because both are written in one go. */
export const membersFrom = mostMessageBytes

/** What the fields of an event wrote last. */
export const written = {
  /** Behind the quote that ends the message. */
  messageEnd: 0,
  /** `membersFrom`: no members. */
  membersEnd: 0,
}

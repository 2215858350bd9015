/** Thrown inside the parser and caught where it is called: the sentence that becomes the load problem. */
export class Refusal extends Error {}

export function refuse(reason: string): never {
  throw new Refusal(reason)
}

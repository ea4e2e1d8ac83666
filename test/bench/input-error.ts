/** Bad input to a benchmark: one sentence for a person. */
export class InputError extends Error {}

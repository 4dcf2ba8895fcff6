/** A word that may come next; `:files` and `:folders` leave it to the shell. */
export interface Candidate {
  readonly value: string;
  readonly meaning: string;
}

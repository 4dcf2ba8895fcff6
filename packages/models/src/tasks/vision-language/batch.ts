import type { QuestionKind } from './question.js';
import { QUESTION_KINDS } from './question.js';
import type { Sequence } from './sequence.js';
import { TOKEN_GROUPS } from './sequence.js';

/** B sequences as plain numbers. */
export interface VisionLanguageBatch {
  /** B */
  readonly size: number;
  /** [B * P * patch * patch] */
  readonly patches: Float32Array;
  /** [B * textLength] */
  readonly tokens: Int32Array;
  /** [B * L] 0 for padding, 1 for the others */
  readonly mask: Float32Array;
  /** [groups * B * L] 1 where the token is of the group; for figures only */
  readonly groups: Float32Array;
  /** [kinds * B] 1 where the question is of the kind; for figures only */
  readonly kinds: Float32Array;
  /** [N] rows of the hidden states [B * L] that predict */
  readonly targetRows: Int32Array;
  /** [N] what they should predict */
  readonly targetIds: Int32Array;
  /** [N] sequence whose answer it is part of, B for those that are not part of an answer */
  readonly targetOwners: Int32Array;
}

/** Puts sequences of equal length together. @param kinds of their questions */
export function joinSequences(
  sequences: readonly Sequence[],
  kinds: readonly QuestionKind[],
): VisionLanguageBatch {
  const size = sequences.length;
  const length = sequences[0]!.groups.length;
  const groups = sequences.flatMap((sequence) => sequence.groups);
  const targets = sequences.flatMap((sequence, b) =>
    sequence.targets.map((target) => ({
      row: b * length + target.position,
      id: target.token,
      owner: target.inAnswer ? b : size,
    })),
  );
  return {
    size,
    patches: joined(
      Float32Array,
      sequences.map(({ patches }) => patches),
    ),
    tokens: joined(
      Int32Array,
      sequences.map(({ tokens }) => tokens),
    ),
    mask: Float32Array.from(groups, (group) => (group ? 1 : 0)),
    groups: indicators(TOKEN_GROUPS, groups),
    kinds: indicators(QUESTION_KINDS, kinds),
    targetRows: Int32Array.from(targets, ({ row }) => row),
    targetIds: Int32Array.from(targets, ({ id }) => id),
    targetOwners: Int32Array.from(targets, ({ owner }) => owner),
  };
}

/** [names * items] 1 where the item has the name. */
function indicators<Name>(names: readonly Name[], items: readonly (Name | undefined)[]) {
  return Float32Array.from(names.flatMap((name) => items.map((item) => (item === name ? 1 : 0))));
}

function joined<A extends Float32Array | Int32Array>(
  type: new (length: number) => A,
  parts: readonly A[],
): A {
  const whole = new type(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

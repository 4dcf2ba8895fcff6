/** Text before tokenisation, with its splits. */
export interface TextSource {
  readonly name: string;
  /** Who made it and under what licence; shown wherever results are. */
  readonly attribution: string;
  readonly train: Uint8Array;
  readonly validation: Uint8Array;
}

/** A map from bytes to ids and back. */
export interface Tokenizer {
  /** Shown in results and part of the data's hash. */
  readonly name: string;
  /** V: every id is below it. */
  readonly vocabSize: number;
  /** @param continued the text continues one that was cut where `cut` says; absent or false for a whole text */
  encode(text: Uint8Array, continued?: boolean): Int32Array;
  /** @param continued see `encode`      @throws DATA_TOKENS for an id that is not a token's */
  decode(ids: ArrayLike<number>, continued?: boolean): Uint8Array;
  /**
   * The first place at or after `start` where a text may be cut, so that its parts have the ids of the whole; its length
   * where there is none. A tokenizer without `cut` is given whole texts.
   */
  cut?(text: Uint8Array, start: number): number;
  /** The text of a tokenizer.json from which `huggingFaceTokenizer` makes it again; absent where it has no such form. */
  readonly file?: string;
}

/** Token ids, in memory (an Int32Array is one) or wherever `slice` finds them. */
export interface TokenSequence {
  readonly length: number;
  /** The ids from `start` up to `end`, which is left out. */
  slice(start: number, end: number): Int32Array | number[];
}

/** The domain of each token of a text, for metrics and for reference routers. */
export interface TokenLabels {
  /** Of the labels, from label 0. */
  readonly names: readonly string[];
  /** A label per token of the training split. */
  readonly train: TokenSequence;
  /** A label per token of the validation split. */
  readonly validation: TokenSequence;
}

/** Tokenised text, ready for training. */
export interface TokenData {
  readonly name: string;
  readonly attribution: string;
  readonly tokenizer: string;
  readonly vocabSize: number;
  readonly train: TokenSequence;
  readonly validation: TokenSequence;
  /** Of a text that is made of several. */
  readonly labels?: TokenLabels;
  /** UTF-8 bytes per validation token: turns nats per token into bits per byte; null where the tokenizer lost some of the text. */
  readonly bytesPerToken: number | null;
  /** sha256 (hex) over source bytes of both splits and the tokenizer's name. */
  readonly hash: string;
  /** See Tokenizer. */
  readonly tokenizerFile?: string;
}

/** How far data has come that is fetched from elsewhere. */
export interface LoadProgress {
  readonly what: string;
  /** Bytes. */
  readonly done: number;
  /** Bytes, where it is known how many are needed. */
  readonly total?: number;
}

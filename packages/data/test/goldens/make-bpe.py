"""Writes bpe.json beside it: pip install tokenizers, then python make-bpe.py."""

import gzip
import json
import pathlib

from tokenizers import Tokenizer, models, pre_tokenizers, trainers

HERE = pathlib.Path(__file__).parent
BYTES, SIZE = 200_000, 700

text = gzip.open(HERE.parent.parent / "data" / "tiny-shakespeare.train.txt.gz").read()[:BYTES].decode()
tokenizer = Tokenizer(models.BPE())
tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
trainer = trainers.BpeTrainer(
    vocab_size=SIZE,
    min_frequency=2,
    special_tokens=["<pad>", "<s>"],
    initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    show_progress=False,
)
tokenizer.train_from_iterator([text], trainer)
model = json.loads(tokenizer.to_str())["model"]
golden = {"bytes": BYTES, "vocabSize": SIZE, "merges": model["merges"], "vocab": model["vocab"]}
(HERE / "bpe.json").write_text(json.dumps(golden, ensure_ascii=True) + "\n")

"""Writes tokenizers.json beside it: pip install tokenizers==0.23.3, then python make-tokenizers.py."""

import json
import pathlib
import random
import sys

import tokenizers
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

HERE = pathlib.Path(__file__).parent

GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
ENDINGS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
SPACES = r"\s*[\r\n]+|\s+(?!\S)|\s+"
CL = ENDINGS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|%s| ?[^\s\p{L}\p{N}]+[\r\n]*|" + SPACES
UP, LOW = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
O200K = (
    rf"[^\r\n\p{{L}}\p{{N}}]?{UP}*{LOW}+%s|[^\r\n\p{{L}}\p{{N}}]?{UP}+{LOW}*%s|%s"
    + r"| ?[^\s\p{L}\p{N}]+[\r\n/]*|"
    + SPACES
)
DEEPSEEK = (
    r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|"""
    + SPACES
)

TEXTS = [
    "", " ", "a", "\n", "\ufeff", "\ufeffone", "one two\ufeffthree \ufeff four\n",
    "Hello world! It's 2024; we'll see, they've I'D HE'S it'ſ you'RE 'tis",
    "  two  spaces   and    runs \t\ttabs\t end  ", "line\nline\r\nline\r\n\r\n\n\n  x\n \n y",
    "Grüße, naïve café — Ærøskøbing Łódź ñandú ẞß İı", "e\u0301a\u0308o\u0302\u0323 q\u0307\u0323 \u0958 \u212b \u1e9b\u0323",
    "Ελληνικά Ὀδυσσεύς ΣΊΣΥΦΟΣ", "Русский текст. Ёлка йод Їжак\n", "العربية مُشَكَّلَة ١٢٣٤ فارسی\u200cنیم",
    "עִבְרִית שָׁלוֹם", "हिन्दी क्षत्रिय १२३ ज़", "ภาษาไทย ก็ น้ำ ๑๒๓", "日本語の文章。カタカナ、ひらがな\n漢字かな交じり",
    "中文，没有空格。第12345号\r\n字 字\n字", "한국어 \u1112\u1161\u11ab \u1100\u1161", "emoji 😀👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 ☺️ 🇩🇪",
    "control \x00\x01\x07\x1b\x7f\x85\x9f end", "nbsp\u00a0x\u2003y\u2028z\u2029w\u3000v\u200bu", "½ ² Ⅷ ٣ 12 345 6789012 3.14 1,000",
    "a->+a --- *** !!! ?!?! ... // \n/// .\n/ #!$%&'()[]{}|~^`", "x=1;\n\tif (y) {\n\t\treturn z_1;\n\t}\n",
    "<|end|><|end|>x <s> y</s>z   <mask>", "a<s>b <s>c <s> d", "▁a ▁ b▁▁c  d", "<0x41> <unk> [UNK] Ġthe",
    "\U00010d4a\U00010d40\U00010d6d\u0301 \u088f\u0295 \U0002ebf0\U00031350\U000323b0 \u1fef",
    "a\U0001e08f\u0323\u0301 \U000105d2\u0307 \U00011935\U00011930 \u0061\u1ac8\u0316\u0301",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "ABCdefGHI camelCase HTMLParser XMLHttp2 iPhone", "\ue000\uf8ff\ufffd\uffff\U0010ffff\U000e0041",
    "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 ﬁ ﬀ ™ ℃ Å", "\u0301 leading mark", "word\u0301\n next", "trailing space ", "trailing newline\n", " leading",
]
PIECES = [c for text in TEXTS for c in text] + [" ", " ", "\n", "  ", "'s", "the", "a", "é", "12"]


def random_texts(count):
    rng = random.Random(7)
    return ["".join(rng.choices(PIECES, k=rng.randint(1, 40))) for _ in range(count)]


def train(pre, texts, size, alphabet=(), normalizer=None, **options):
    tokenizer = Tokenizer(models.BPE(**options))
    tokenizer.pre_tokenizer = pre
    if normalizer:
        tokenizer.normalizer = normalizer
    specials = ["<unk>", "<s>"] + list(options.get("byte_fallback") and [f"<0x{b:02X}>" for b in range(256)] or [])
    trainer = trainers.BpeTrainer(
        vocab_size=size, min_frequency=2, special_tokens=specials, initial_alphabet=list(alphabet), show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    return json.loads(tokenizer.to_str())["model"]


def flags(content, id, **given):
    return {"id": id, "content": content, "single_word": False, "lstrip": False, "rstrip": False,
            "normalized": False, "special": False, **given}


def level(regex=False):
    return {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": regex}


def split(pattern):
    return {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False}


def sequence(*steps):
    return {"type": "Sequence", "pretokenizers": list(steps)}


def fallback(strip):
    steps = [{"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"}]
    return {"type": "Sequence", "decoders": steps + ([{"type": "Strip", "content": " ", "start": 1, "stop": 0}] if strip else [])}


def meta(scheme, splits):
    return {"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": splits}


def main(target):
    corpus = [text * 3 for text in TEXTS] + random_texts(60)
    bytes_model = train(pre_tokenizers.ByteLevel(add_prefix_space=False), corpus, 700, sorted(pre_tokenizers.ByteLevel.alphabet()))
    some_model = train(pre_tokenizers.ByteLevel(add_prefix_space=False), ["plain text in ascii it's"] * 3, 60)
    # words are cut before each ▁, so that no token has one inside
    space_model = train(
        pre_tokenizers.Metaspace("▁", "always", split=True), [text.replace("▁", "") for text in corpus], 600, byte_fallback=True, unk_token="<unk>", fuse_unk=True
    )
    base = {"version": "1.0", "truncation": None, "padding": None, "normalizer": None, "post_processor": None}
    nfc = {"type": "NFC"}
    replace = {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}
    prepend = {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"}, replace]}
    size, spaces = len(bytes_model["vocab"]), len(space_model["vocab"])
    added = [flags("<|end|>", size, special=True), flags("   ", size + 1, normalized=True), flags("b <s>", size + 2, normalized=True), flags("<s>", bytes_model["vocab"]["<s>"])]
    specials = [flags("<unk>", 0, special=True), flags("<s>", 1, special=True)]
    kinds = {
        "gpt2": ("bytes", [], None, level(True), {}),
        "gpt2 as a Split": ("bytes", added, None, sequence(split(GPT2), level()), {}),
        "llama 3": ("bytes", added[:1], None, sequence(split(CL % r"\p{N}{1,3}"), level()), {"ignore_merges": True}),
        "qwen 2": ("bytes", added[:2], nfc, sequence(split(CL % r"\p{N}"), level()), {}),
        "neox": ("bytes", added, nfc, level(True), {}),
        "gpt-oss": ("bytes", [], None, sequence(split(O200K % (ENDINGS + "?", ENDINGS + "?", r"\p{N}{1,3}")), level()), {}),
        "tekken": ("bytes", [], None, sequence(split(O200K % ("", "", r"\p{N}")), level()), {"ignore_merges": True}),
        "deepseek 3": ("bytes", [], None, sequence(split(r"\p{N}{1,3}"), split("[一-龥぀-ゟ゠-ヿ]+"), split(DEEPSEEK), level()), {}),
        "starcoder": ("bytes", [], None, sequence({"type": "Digits", "individual_digits": True}, level(True)), {}),
        "digits": ("bytes", [], None, sequence({"type": "Digits", "individual_digits": False}, level(True)), {}),
        "bytes missing": ("some", [], None, level(True), {}),
        "unknown": ("some", [], None, level(True), {"unk_token": "<unk>"}),
        "unknown, fused": ("some", [], None, level(True), {"unk_token": "<unk>", "fuse_unk": True}),
        "llama 2": ("spaces", specials, prepend, None, {}),
        "llama 2, normalized": ("spaces", [{**token, "normalized": True} for token in specials], prepend, None, {}),
        "gemma": ("spaces", specials, replace, None, {}),
        "mistral": ("spaces", specials, None, meta("first", False), {}),
        "metaspace always": ("spaces", specials, None, meta("always", True), {}),
        "metaspace never": ("spaces", specials, None, meta("never", True), {}),
        "metaspace first, split": ("spaces", specials, None, meta("first", True), {}),
    }
    texts = TEXTS + random_texts(12)
    known = {"bytes": bytes_model, "some": some_model, "spaces": space_model}
    cases = []
    for name, (model, tokens, normalizer, pre, options) in kinds.items():
        strip = not (name == "gemma" or "never" in name)
        decoder = fallback(strip) if model == "spaces" else level()
        file = {**base, "added_tokens": sorted(tokens, key=lambda token: token["id"]), "normalizer": normalizer, "pre_tokenizer": pre, "decoder": decoder}
        whole = Tokenizer.from_str(json.dumps({**file, "model": {**known[model], **options}}))
        ids = [whole.encode(text, add_special_tokens=False).ids for text in texts]
        cases.append({"name": name, "model": model, "options": options, "file": file, "ids": ids})
    target.write_text(json.dumps({"tokenizers": tokenizers.__version__, "models": known, "texts": texts, "cases": cases}, ensure_ascii=True, separators=(",", ":")) + "\n")


main(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "tokenizers.json")

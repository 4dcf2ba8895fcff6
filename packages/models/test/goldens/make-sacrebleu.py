"""Writes sacrebleu.json beside it: pip install sacrebleu==2.6.0, then python make-sacrebleu.py.

References are sentences of the texts that @moekit/data ships (WikiText-2, CC BY-SA 3.0; Tiny Shakespeare, public
domain) and edge cases of the 13a tokenizer; hypotheses are the same sentences, corrupted.
"""

import gzip
import json
import pathlib
import random

import sacrebleu
from sacrebleu.metrics import BLEU, CHRF

HERE = pathlib.Path(__file__).parent
DATA = HERE.parent.parent.parent / "data" / "data"
random.seed(20240601)


def sentences(name, count):
    text = gzip.open(DATA / f"{name}.validation.txt.gz", "rt", encoding="utf8").read()
    lines = [line.strip() for line in text.split("\n") if 20 < len(line.strip())]
    chosen = random.sample(lines, count)
    return [line[: random.randint(30, 140)] for line in chosen]


def corrupt(sentence):
    words = sentence.split(" ")
    for _ in range(random.randint(0, 4)):
        if not words:
            break
        at = random.randrange(len(words))
        kind = random.randrange(6)
        if kind == 0:
            del words[at]
        elif kind == 1:
            words.insert(at, random.choice(words))
        elif kind == 2:
            words[at] = words[at][::-1]
        elif kind == 3:
            words[at] = words[at].upper()
        elif kind == 4:
            words[at] += random.choice([".", ",", "!", "-", ")", "…"])
        else:
            random.shuffle(words)
    return " ".join(words)


EDGES = [
    ("", "A reference."), ("A hypothesis.", ""), ("", ""), (" ", "x"), ("x", "x"), (".", "."), ("a", "b"),
    ("3.14 and 1,000,000", "3.14 and 1,000,000"), ("3. 14 and 1 ,000", "3.14 and 1,000"), ("5-3", "5 - 3"),
    ("1990-2000, a-b", "1990 - 2000 , a-b"), ("U.S.A. in 1.5 hours.", "U. S. A. in 1.5 hours ."),
    ("don't can't", "do n't ca n't"), ("(hi) [there] {you}", "( hi ) [ there ] { you }"),
    ("&quot;Tom &amp; Jerry&quot; &lt;3 &gt;2", "\"Tom & Jerry\" <3 >2"), ("a&b@c/d", "a & b @ c / d"),
    ("<skipped> words <skipped>", "words"), ("$5.00 50% #1 *star* ~tilde `tick` ^hat _under_", "$ 5.00 50 % # 1 * star *"),
    ("Straße über Äpfel, größer!", "Straße über Äpfel , grösser !"), ("naïve café", "naive cafe"),
    ("e\u0301t\u00e9", "été"), ("日本語のテキスト。", "日本語 の テキスト 。"), ("emoji 😀😀 end.", "emoji 😀 end ."),
    ("😀.", "😀 ."), ("😀,5", "😀 , 5"), ("👨‍👩‍👧 family", "👨‍👩‍👧 families"), ("a\u00a0b\u2003c", "a b c"), ("tab\tand  spaces", "tab and spaces"),
    ("line\u2028separator\u0085here", "line separator here"), ("\ufeffbom first", "bom first"), ("zero\u200bwidth", "zero width"),
    ("unit\u001fsep", "unit sep"), ("end. ", "end."), ("end.\u3000", "end."), ("...", "…"), ("?!?!", "? ! ? !"), ("a.b.c", "a . b . c"), (".5 5. 5.5", "0.5 5 5.5"),
    ("word", "word word word word word"), ("word word word word word", "word"), ("\u0660.\u0661 arabic", "\u0660 . \u0661 arabic"),
    ("back\\slash |pipe|", "back \\ slash | pipe |"), ("'quoted' \u201ccurly\u201d", "' quoted ' \u201c curly \u201d"), ("x² ½ №5", "x2 1/2 No5"),
    ("the the the the", "the cat the dog"), ("A b C d", "a b c d"), ("(", "("), ("()", "()"), ("!!", "!!"), ("''", "''"), ("İstanbul ıI", "Istanbul iı"),
    ("a-\nb", "ab"), ("one\ntwo", "one two"), ("\r\nx\r\n", "x"),
]

pairs = [(corrupt(s), s) for name, n in (("wikitext-2", 300), ("tiny-shakespeare", 250)) for s in sentences(name, n)]
pairs += EDGES
hyps, refs = [h for h, _ in pairs], [r for _, r in pairs]
bleu, chrf, chrfpp = BLEU(), CHRF(), CHRF(word_order=2)


def scores(hypotheses, references):
    return [
        round(metric.corpus_score(hypotheses, [references]).score, 6) for metric in (bleu, chrf, chrfpp)
    ]


corpus = scores(hyps, refs)
groups = [
    {"from": start, "to": end, "scores": scores(hyps[start:end], refs[start:end])}
    for start, end in [(530, 560), (550, len(pairs)), (100, 120)]
]
golden = {
    "source": "sacreBLEU " + sacrebleu.__version__,
    "attribution": "WikiText-2 (Merity et al., CC BY-SA 3.0) and Tiny Shakespeare (public domain), corrupted",
    "signatures": {"bleu": str(bleu.get_signature()), "chrf": str(chrf.get_signature()), "chrf++": str(chrfpp.get_signature())},
    "columns": ["bleu", "chrf", "chrf++"],
    "corpus": corpus,
    "groups": groups,
    "pairs": [{"hypothesis": h, "reference": r, "scores": scores([h], [r])} for h, r in pairs],
}
lines = ",\n".join(json.dumps(pair, ensure_ascii=True) for pair in golden.pop("pairs"))
head = json.dumps(golden, ensure_ascii=True, indent=1)[:-2]
(HERE / "sacrebleu.json").write_text(f'{head},\n "pairs": [\n{lines}\n]}}\n')
print(len(pairs), corpus, golden["signatures"])

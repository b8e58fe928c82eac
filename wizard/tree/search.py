"""Finding the message that somebody saw, however they tell it.

What is typed or pasted is compared in two ways. All wordings of a cause
together show what people talk about when they mean it: what the query shares
with them is weighed by how few causes know it (BM25), which copes with free
descriptions. Then the wordings one by one, by shared pieces and by rapidfuzz's
edit distance, which copes with slips, and with texts pasted with something
around them.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from opencc import OpenCC
from rapidfuzz import fuzz

from wizard.tree.compiled import Message, Tree

LONGEST_QUERY = 300
"""So many characters of what was typed are looked at."""

FLOOR = 4.0
"""What a cause must share with the query, in weighed words, or else …"""
FLOOR_SHARE = 0.28
"""… how much of the query it must know, for the cause to be shown at all."""

SCAM_SHARE = 0.8
"""A scam stands first if it fits at least this well, compared with the best."""

_SATURATION, _LENGTH = 1.2, 0.3  # BM25's k1 and b
_SINGLE = 0.4
"""What a single character counts, compared with a pair: it carries slips, not meaning."""
_CAUSE_OVER_WORDING = 0.6
_CANDIDATES = 15
_STEM = 5
_LONG_ENOUGH = 6
"""A wording this long means the same with other text around it."""

_MASKED = re.compile(r"\*+|[x×]{2,}|某+|[•●]+")
_DIGITS = re.compile(r"\d[\d,.:/-]*")
_SIGNS = re.compile(r"[^\w#]+|_+")
_BETWEEN_CHINESE = re.compile(r"(?<=[\u3400-\u9fff#]) | (?=[\u3400-\u9fff#])")
_SAME_WORD = str.maketrans({"帐": "账"})
_RUN = re.compile(r"[\u3400-\u9fff]+|[a-z]+")
_EMPTY_WORDS = re.compile(
    r"怎么办|怎么回事|怎么|为什么|为啥|什么|请问|你好|谢谢|在吗|"
    r"\b(?:an?|and|are|at|be|but|did|do|does|for|how|i|in|is|it|me|my|not?|of|on|or|said|says?|"
    r"she|that|the|they|this|to|was|what|when|where|why|with|you)\b"
)


class Match(NamedTuple):
    """A message that fits, its tree, and how well, compared with the others found."""

    tree: Tree
    message: Message
    score: float


class _Wording(NamedTuple):
    text: str
    pieces: frozenset[str]
    entry: int


class _Cause(NamedTuple):
    """All that is said about one cause: how often each piece, and in which wordings."""

    pieces: Counter[str]
    wordings: list[_Wording]


def normalise(text: str) -> str:
    """`text` as it is compared: simplified characters, no case, punctuation, names or numbers.

    >>> normalise("【螞蟻借唄】尾號１２３４的銀行卡，無法入賬！")
    '蚂蚁借呗尾号#的银行卡无法入账'
    """
    plain = _simplified(unicodedata.normalize("NFKC", text)).lower()
    plain = _DIGITS.sub("#", _MASKED.sub("", plain))
    return _BETWEEN_CHINESE.sub("", " ".join(_SIGNS.sub(" ", plain).split()))


class MessageIndex:
    """The messages of some trees, ready to be searched."""

    def __init__(self, trees: Iterable[Tree]) -> None:
        self._entries = [(tree, message) for tree in trees for message in tree.messages]
        self._causes: dict[tuple[str, str], _Cause] = {}
        for number, (tree, message) in enumerate(self._entries):
            key = (tree.slug, message.finding or f"message {message.slug}")
            cause = self._causes.setdefault(key, _Cause(Counter(), []))
            for told in map(normalise, (message.text, *message.wordings)):
                if pieces := frozenset(_pieces(told)):
                    cause.pieces.update(pieces)
                    cause.wordings.append(_Wording(told, pieces, number))
        known = Counter(piece for cause in self._causes.values() for piece in cause.pieces)
        self._weights = {
            piece: _importance(piece) * math.log(1 + (len(self._causes) - n + 0.5) / (n + 0.5))
            for piece, n in known.items()
        }
        self._unknown = math.log(1 + len(self._causes))
        lengths = [cause.pieces.total() for cause in self._causes.values()]
        self._usual_length = sum(lengths) / max(len(lengths), 1)

    def search(self, text: str, most: int = 5) -> list[Match]:
        """The causes that fit best, each by its best message; none if nothing fits.

        Scams come before everything else.
        """
        query = normalise(text[:LONGEST_QUERY])
        pieces = frozenset(_pieces(query))
        asked = sum(self._weight(piece) for piece in pieces)
        matches = [
            self._best(cause, share, query, pieces, asked)
            for cause, share in self._fitting(pieces, asked)[:_CANDIDATES]
        ]
        matches.sort(key=lambda match: match.score, reverse=True)
        enough = SCAM_SHARE * matches[0].score if matches else 0
        matches.sort(key=lambda match: not (match.message.safety and match.score >= enough))
        return matches[:most]

    def _fitting(self, pieces: frozenset[str], asked: float) -> list[tuple[_Cause, float]]:
        """The causes above the floor, with how much of the query they know, best first."""
        found = []
        for cause in self._causes.values():
            shared = [piece for piece in pieces if piece in cause.pieces]
            share = sum(self._relevance(piece, cause) for piece in shared) / asked if shared else 0
            words = sum(self._weights[piece] for piece in shared if len(piece) > 1)
            if words >= FLOOR or (share >= FLOOR_SHARE and words > 0):
                found.append((cause, share))
        return sorted(found, key=lambda pair: pair[1], reverse=True)

    def _best(
        self, cause: _Cause, share: float, query: str, pieces: frozenset[str], asked: float
    ) -> Match:
        """The message of `cause` with the best wording."""
        fits, wording = max(
            ((self._alike(w, query, pieces, asked), w) for w in cause.wordings),
            key=lambda pair: pair[0],
        )
        score = _CAUSE_OVER_WORDING * share + (1 - _CAUSE_OVER_WORDING) * fits
        return Match(*self._entries[wording.entry], score)

    def _alike(self, wording: _Wording, query: str, pieces: frozenset[str], asked: float) -> float:
        """How alike one wording and the query are, from 0 to 1."""
        common = sum(self._weights[piece] for piece in pieces & wording.pieces)
        if not common:
            return 0.0
        whole = sum(self._weights[piece] for piece in wording.pieces)
        by_pieces = 2 * common / (asked + whole)
        by_edits = fuzz.ratio(query, wording.text) / 100
        if len(wording.text) >= _LONG_ENOUGH:
            by_pieces = max(by_pieces, 0.8 * (common / whole) ** 2)
            by_edits = max(by_edits, 0.85 * fuzz.partial_ratio(query, wording.text) / 100)
        return 0.6 * by_pieces + 0.4 * by_edits

    def _relevance(self, piece: str, cause: _Cause) -> float:
        """BM25's weight of a piece in all that is said about a cause, at most `_weights[piece]`."""
        often = cause.pieces[piece]
        length = cause.pieces.total() / self._usual_length
        damping = _SATURATION * (1 - _LENGTH + _LENGTH * length)
        return self._weights[piece] * often / (often + damping)

    def _weight(self, piece: str) -> float:
        return self._weights.get(piece, self._unknown * _importance(piece))


@lru_cache(maxsize=1)
def _converter() -> OpenCC:
    return OpenCC("tw2sp")


def _simplified(text: str) -> str:
    """Simplified characters and the words of the mainland: 簡訊 becomes 短信."""
    return str(_converter().convert(text)).translate(_SAME_WORD)


def _pieces(text: str) -> Iterator[str]:
    """Chinese characters and their pairs, and the beginnings of Latin words."""
    for match in _RUN.finditer(_EMPTY_WORDS.sub(" ", text)):
        run = match[0]
        if run.isascii():
            yield run[:_STEM]
        else:
            yield from run
            yield from (run[i : i + 2] for i in range(len(run) - 1))


def _importance(piece: str) -> float:
    return _SINGLE if len(piece) == 1 else 1.0

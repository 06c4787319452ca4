"""Why are these two services put before a reviewer: which words, topics, channel and audience do they share?

For each pair: nouns both descriptions use (compared in Sudachi's normalized form; generic words and place names left out), topics of public
administration both touch (dxmodels.glossary.synonyms), whether the channel is the same, whom each is for (words of audiences.csv), and
whether departments differ. The evidence explains the default's likeness; a sentence-embedding model may see more than it can name.
What it leaves out: an audience that no word gives away is 「手がかりなし」, never guessed.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from dxmodels.glossary.synonyms import service_audiences, service_concepts
from dxmodels.inputs import choice_label_ja
from dxmodels.services.embedders import CONCEPT, clean_text, features_of, nouns_of
from dxmodels.services.overlaps import OverlapGroups

NO_CLUE = "手がかりなし"


def explain_pairs(found: OverlapGroups, pairs: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the pairs (default: the candidates) with names, descriptions and evidence, in their order.

    Columns beside left, right, similarity (and probability_share): left_name_ja, right_name_ja, left_text_ja, right_text_ja,
    shared_words_ja, shared_topics_ja, channel_match_ja, audience_match_ja, department_match_ja.
    """
    shown = (found.candidates() if pairs is None else pairs).reset_index(drop=True)
    services = found.services.set_index("service_id")
    left, right = (services.loc[shown[side]].reset_index() for side in ("left", "right"))
    evidence = pd.DataFrame(
        {
            "left_name_ja": _names(left),
            "right_name_ja": _names(right),
            "left_text_ja": left["description"],
            "right_text_ja": right["description"],
            "shared_words_ja": _shared_nouns(left["description"], right["description"]),
            "shared_topics_ja": _shared_topics(left["description"], right["description"]),
            "channel_match_ja": _compared(_choices(left, "channel"), _choices(right, "channel")),
            "audience_match_ja": _audience_matches(left["description"], right["description"]),
            "department_match_ja": _departments(left, right),
        }
    )
    return pd.concat([shown, evidence], axis=1)


def audiences_of(text: str) -> tuple[str, ...]:
    """Return whom a description says the service is for; empty where no word tells."""
    clean = clean_text(text)
    return tuple(name for name, words in service_audiences().items() if any(word in clean for word in words))


def topics_of(texts: Iterable[str]) -> list[str]:
    """Return the topics named by most of the texts, the most frequent first."""
    texts = list(texts)
    counts: dict[str, int] = {}
    for text in texts:
        for name in _topics(text):
            counts[name] = counts.get(name, 0) + 1
    return [name for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])) if 2 * count >= len(texts)]  # fmt: skip


def _names(part: pd.DataFrame) -> pd.Series[str]:
    return (part["name_ja"] if "name_ja" in part.columns else part["service_id"]).astype("string").fillna("")


def _shared_nouns(left: pd.Series[str], right: pd.Series[str]) -> list[str]:
    said = []
    for one, other in zip(left, right, strict=True):
        mine, theirs = nouns_of(clean_text(one)), nouns_of(clean_text(other))
        said.append("、".join(written for form, written in mine.items() if form in theirs))
    return said


def _shared_topics(left: pd.Series[str], right: pd.Series[str]) -> list[str]:
    return ["、".join(sorted(_topics(one) & _topics(other))) for one, other in zip(left, right, strict=True)]


def _topics(text: str) -> set[str]:
    topics = {concept.name for concept in service_concepts() if concept.is_topic}
    named = {name.removeprefix(CONCEPT) for name in features_of(clean_text(text)) if name.startswith(CONCEPT)}
    return named & topics


def _choices(part: pd.DataFrame, column: str) -> list[str]:
    if column not in part.columns:
        return [""] * len(part)
    return ["" if pd.isna(value) else choice_label_ja(column, str(value)) for value in part[column]]


def _compared(left: list[str], right: list[str]) -> list[str]:
    return [
        "不明" if not (one and other) else f"同じ（{one}）" if one == other else f"異なる（{one}・{other}）"
        for one, other in zip(left, right, strict=True)
    ]


def _audience_matches(left: pd.Series[str], right: pd.Series[str]) -> list[str]:
    said = []
    for one, other in zip(left, right, strict=True):
        mine, theirs = audiences_of(one), audiences_of(other)
        both = [name for name in mine if name in theirs]
        if not mine or not theirs:
            said.append(NO_CLUE)
        else:
            said.append(f"同じ（{'・'.join(both)}）" if both else f"異なる（{'・'.join(mine)}／{'・'.join(theirs)}）")
    return said


def _departments(left: pd.DataFrame, right: pd.DataFrame) -> list[str]:
    if "department_id" not in left.columns:
        return ["不明"] * len(left)
    return ["同じ部局" if one == other else "異なる部局" for one, other in zip(left["department_id"], right["department_id"], strict=True)]  # fmt: skip

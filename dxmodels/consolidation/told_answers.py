"""What must a panel member be able to say after a quarter of an hour? Three short answers, each from the table of the exhibit it rests on."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from dxmodels.consolidation.told import Told, short_ja
from dxmodels.money import format_rate

_QUESTIONS = ("どの体制が頑健か", "その体制はどんなときに負けるか", "どの不確かさを先に調べるか")
_EXHIBITS = ("図表E24・E24c", "図表E24i・E24o", "図表E24k・E24j")
_END = "。"
_BRACKETS = re.compile(
    r"（[^（）]*）(?!$)"
)  # what a name explains in brackets, but not a rule that is nothing but brackets


@dataclass(frozen=True, eq=False)
class ThreeAnswers(Told):
    """The three answers with the words that stand on the first page: ``loses_when`` and ``study_first``."""

    loses_when: str = ""
    study_first: str = ""


def tell_answers(structures: Told, losses: Told, tree: Told, information: Told, drivers: Told) -> ThreeAnswers:
    """Return question, answer and exhibits in three rows: the robust structure, when it loses, what to study first.

    Where no box is useful the tree says where losing is most likely; where no single study would change the choice, the strongest driver is named
    as the one to begin with.
    """
    (when, share), studied = _when(losses, tree), _studied(information, drivers)
    answers = (
        first_sentence(structures.sentence),
        first_sentence(losses.sentence).removesuffix(_END) + f"で、主に{when}である（{share}）。",
        studied[1],
    )
    rows = [
        {"question_ja": question, "told_answer_ja": answer, "answer_exhibits_ja": exhibits}
        for question, answer, exhibits in zip(_QUESTIONS, answers, _EXHIBITS, strict=True)
    ]
    return ThreeAnswers(pd.DataFrame(rows), "".join(answers), loses_when=f"{when}（{share}）", study_first=studied[0])


def first_sentence(text: str) -> str:
    """Return what stands up to the first full stop, with it."""
    return text.split(_END)[0] + _END


def _when(losses: Told, tree: Told) -> tuple[str, str]:
    """Return the conditions under which the structure loses, and in which share of such draws it does."""
    box = losses.table
    if box["coverage_share"].notna().all():
        # Names without their brackets, where the rest still tells them apart.
        plain = [short_ja(name) for name in box["assumption_ja"]]
        names = plain if len(set(plain)) == len(plain) else [str(name) for name in box["assumption_ja"]]
        said = "、かつ".join(f"{name}が{limit}" for name, limit in zip(names, box["condition_ja"], strict=True))
        return f"{said}のとき", f"その{format_rate(float(box['density_share'].iloc[0]), decimals=0)}で負ける"
    leaf = tree.table.iloc[0]
    rule = _BRACKETS.sub("", str(leaf["rule"]))
    return f"{rule}のとき", f"その{format_rate(float(leaf['density_share']), decimals=0)}で負ける"


def _studied(information: Told, drivers: Told) -> tuple[str, str]:
    """Return the assumption to study first, and the sentence that says why."""
    top = information.table.iloc[0]
    if float(top["evppi_yen"]) > 2 * float(top["evppi_standard_error_yen"]):
        return str(top["assumption_ja"]), first_sentence(information.sentence)
    driver = str(drivers.table["assumption_ja"].iloc[0])
    share = format_rate(float(drivers.table["total_order_share"].iloc[0]), decimals=0)
    return (
        driver,
        f"先に調べるなら差のばらつきの{share}を左右する「{driver}」である（ただし、どれか1つを調べても選択が変わる見込みは小さい）。",
    )

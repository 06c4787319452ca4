"""What must a panel member be able to say after a quarter of an hour? Three answers, each the first words of the exhibit it rests on."""

from __future__ import annotations

import pandas as pd

from dxmodels.consolidation.told import Told

_QUESTIONS = (
    ("どの体制が頑健か", "図表E24・E24c"),
    ("その体制はどんなときに負けるか", "図表E24i・E24o"),
    ("どの不確かさを先に調べるか", "図表E24k・E24j"),
)
_END = "。"


def tell_answers(structures: Told, losses: Told, tree: Told, information: Told, drivers: Told) -> Told:
    """Return question, answer and exhibits in three rows: the robust structure, when it loses, what to study first.

    Where no box is useful the tree says where losing is most likely; where no single study would change the choice, the strongest driver is named
    as the one to begin with.
    """
    lost, first = losses.sentence, first_sentence(information.sentence)
    if losses.table["coverage_share"].isna().all():
        lost = first_sentence(lost) + "一つの条件の組では言い切れず、" + first_sentence(tree.sentence)
    if not information.table["evppi_yen"].iloc[0] > 2 * information.table["evppi_standard_error_yen"].iloc[0]:
        first += first_sentence(drivers.sentence).removesuffix(_END) + "ので、調べるならここから始める" + _END
    answers = (first_sentence(structures.sentence), lost, first)
    rows = [
        {"question_ja": question, "told_answer_ja": answer, "answer_exhibits_ja": exhibits}
        for (question, exhibits), answer in zip(_QUESTIONS, answers, strict=True)
    ]
    return Told(pd.DataFrame(rows), "".join(answers))


def first_sentence(text: str) -> str:
    """Return what stands up to the first full stop, with it."""
    return text.split(_END)[0] + _END

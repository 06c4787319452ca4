"""What does the public edition withhold, and why? The list E37: in the internal edition column by column, in the public one by ground.

Neither list holds a withheld value: the internal one says where it stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from dxmodels.inputs import load_register
from dxmodels.runs.editions.masking import plan_masking
from dxmodels.runs.editions.material import LIST_ID, Masking, Material
from dxmodels.runs.editions.places import Place, labels_of
from dxmodels.runs.editions.rules import Rule, load_rules
from dxmodels.runs.model import ESTIMATED, Exhibit, Source
from dxmodels.runs.recorded import recorded_material
from dxmodels.runs.tables import columns_of, rows_of

_NAMED_ROWS = 3
_INTERNAL = ("withheld_exhibits_ja", "withheld_column_ja", "withheld_rows_ja", "withheld_cells_count", "withheld_title_ja", "withheld_ground_ja", "withheld_confirm_ja")  # fmt: skip
_PUBLIC = ("withheld_number", "withheld_title_ja", "withheld_cells_count", "withheld_exhibits_ja", "withheld_ground_ja", "withheld_source_ja")  # fmt: skip


@dataclass(frozen=True, eq=False)
class WithheldList:
    """What the public edition of this run withholds, one row an exhibit, column and rule."""

    masking: Masking
    table: pd.DataFrame

    @property
    def cells_count(self) -> int:
        """Number of withheld cells."""
        return len(self.masking.withheld)

    def to_frame(self) -> pd.DataFrame:
        """Return the table."""
        return self.table

    def summary(self) -> str:
        """Return the answer in one sentence."""
        return summary_of(self.masking)


def list_withheld() -> WithheldList:
    """Return what the public edition withholds of the exhibits recorded so far in this run."""
    exhibits, records, leads = recorded_material()
    masking = plan_masking(Material(exhibits, records, leads), load_rules(), load_register())
    return WithheldList(masking, _internal_frame(masking))


def summary_of(masking: Masking) -> str:
    """Return in one sentence how much the public edition withholds."""
    if not masking.withheld and not masking.left_out:
        return "公表版で伏せる値はない。"
    exhibits = {_number_of(masking, stem) for stem in masking.touched}
    left_out = f"うち{len(masking.left_out)}点は図表ごと文に置き換えた。" if masking.left_out else ""
    added = masking.count(masking.rules.secondary)
    return (
        f"公表版では、図表{len(exhibits)}点の{len(masking.withheld)}欄を非公表とする。{left_out}"
        f"このうち{added}欄は、合計などから他の値が割り出されるのを防ぐために伏せた。"
    )


def public_list(masking: Masking, exhibit: Exhibit | None) -> Exhibit:
    """Return E37 as the public reads it: number of cells, ground and source by rule."""
    frame = _public_frame(masking)
    titles = "伏せた値は、何を根拠に、いくつあるか（公表版で非公表とした値）"
    base = exhibit or Exhibit(
        id=LIST_ID, title=titles, state="full", grade=ESTIMATED, unit="円", columns=(), rows=(), headline="", reading=(), limits=(), sources=()
    )  # fmt: skip
    return base.model_copy(
        update={
            "title": titles,
            "columns": columns_of(frame),
            "rows": rows_of(frame),
            "headline": summary_of(masking),
            "reading": (f"表の欄に「{masking.rules.mark_ja}［番号］」とあるのは、この表の番号の根拠により伏せた値である。", "図は、伏せた値が形で分かるものを省いた。文は、伏せた値に触れるものを省いた。"),
            "limits": ("根拠の当てはめは本書の整理であり、個々の値の公表の可否は情報公開の担当が判断する。", "庁内版には値と、欄ごとの一覧がある。"),
            "sources": tuple(dict.fromkeys(Source(kind="citation", name=rule.source, label=rule.source) for rule in _used(masking))),
            "every_row": True,
        }
    )  # fmt: skip


def _public_frame(masking: Masking) -> pd.DataFrame:
    rows = []
    for rule in _used(masking):
        stems = {place.stem for place, held in masking.withheld.items() if held.name == rule.name}
        stems |= {stem for stem, held in masking.left_out.items() if held.name == rule.name}
        numbers = sorted({_number_of(masking, stem) for stem in stems})
        rows.append((rule.number, rule.title_ja, masking.count(rule), "、".join(numbers), rule.ground_ja, rule.source))
    return pd.DataFrame(rows, columns=list(_PUBLIC)).astype(
        {"withheld_number": "Int64", "withheld_cells_count": "Int64"}
    )


def _internal_frame(masking: Masking) -> pd.DataFrame:
    groups: dict[tuple[str, int, str], list[Place]] = {}
    for place, rule in masking.withheld.items():
        groups.setdefault((place.stem, place.column, rule.name), []).append(place)
    rules = {rule.name: rule for rule in masking.rules.all_rules}
    rows = [_internal_row(masking, places, rules[name]) for (_, _, name), places in sorted(groups.items())]
    rows += [
        (_number_of(masking, stem), "図表の全体", "－", 0, rule.title_ja, rule.ground_ja, rule.confirm_ja)
        for stem, rule in sorted(masking.left_out.items())
    ]
    rows.sort(key=lambda row: str(row[0]))
    return pd.DataFrame(rows, columns=list(_INTERNAL)).astype({"withheld_cells_count": "Int64"})


def _internal_row(masking: Masking, places: Sequence[Place], rule: Rule) -> tuple[object, ...]:
    exhibit = masking.exhibits[places[0].stem]
    named = [(labels_of(exhibit, place.row) or (f"{place.row + 1}行目",))[0] for place in sorted(places, key=_by_row)]
    told = "、".join(dict.fromkeys(named[:_NAMED_ROWS])) + (
        f" ほか{len(named) - _NAMED_ROWS}行" if len(named) > _NAMED_ROWS else ""
    )
    if len(places) == len(exhibit.rows):
        told = "すべての行"
    label = exhibit.columns[places[0].column].label
    return exhibit.id, label, told, len(places), rule.title_ja, rule.ground_ja, rule.confirm_ja or "－"


def _by_row(place: Place) -> int:
    return place.row


def _used(masking: Masking) -> list[Rule]:
    names = {rule.name for rule in (*masking.withheld.values(), *masking.left_out.values())}
    return [rule for rule in masking.rules.all_rules if rule.name in names]


def _number_of(masking: Masking, stem: str) -> str:
    return masking.exhibits[stem].id

"""What does the summary tell of the last edition? The bridge its batch has made, or how to get one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from dxmodels.inputs.availability import NotComputable
from dxmodels.runs import context
from dxmodels.runs.compare.bridge import CHANGED, GONE, NEW, Bridge
from dxmodels.runs.model import ESTIMATED, ILLUSTRATIVE

_HOW = (
    "比較できる前回の取りまとめが保存されていません。今回の結果を保存したまま、台帳や前提を更新して取りまとめをもう一度作成すると、"
    "変わった数値と、その差がデータ・前提・計算方法のどれによるかをここに示します。"
)
_READING = (
    "差は「データ」（台帳・公表値の更新）、「前提」（前提値・シナリオ・条件の見直し）、「計算方法」（計算の手順の変更）に分けた。三つの和は差に一致する。",
    "データと前提の両方が変わったときは、どちらを先に替えるかで分け方が変わるため、両方の順序の平均をとった。",
)
_NOT_SPLIT = (
    "複数の要因が同時に変わったため、この版では差を要因に分けていない。分けるには、前回の実行を指定して作成し直す。"
)


@dataclass(frozen=True, eq=False)
class BridgePart:
    """The bridge as one exhibit: numbers on real data, or those on illustrative data; the two are never in one table."""

    id: str
    title: str
    grade: str
    result: PartTable | NotComputable
    reading: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class PartTable:
    """The numbers of one part that moved, came or went."""

    bridge: Bridge
    illustrative: bool

    def to_frame(self) -> pd.DataFrame:
        """Return one row a number."""
        return self.bridge.to_frame(illustrative=self.illustrative)

    def summary(self) -> str:
        """Return the headline sentence (Japanese)."""
        return self.bridge.summary(illustrative=self.illustrative)


def recorded_bridge() -> list[BridgePart]:
    """Return the exhibits of the bridge to the earlier edition: one, two, or one that says how to get a bridge."""
    title = "前回の取りまとめから、数値はどう変わり、それはなぜか"
    place = context.batch().get("bridge", "")
    if not place:
        missing = NotComputable("", {}, reason=_HOW)
        return [BridgePart("E34", title, ESTIMATED, missing, ())]
    bridge = Bridge.from_json(json.loads(Path(place).read_text(encoding="utf-8")))
    reading = _READING if bridge.split else (_NOT_SPLIT,)
    parts = [BridgePart("E34", title, ESTIMATED, PartTable(bridge, False), reading)]
    if any(bridge.count(state, illustrative=True) for state in (CHANGED, NEW, GONE)):
        also = f"{title}（架空データによる例示）"
        parts.append(BridgePart("E34a", also, ILLUSTRATIVE, PartTable(bridge, True), reading))
    return parts

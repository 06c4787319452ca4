"""Where does one municipality stand among municipalities of its size?

E27, brief of one municipality. For each published indicator: its value, the median, lowest and highest of the municipalities of the
same size class (itself left out), and the median of all. Indicators of context (population outlook, age, finance, staff per 1,000
residents) stand beside those of the dashboard; no judgement is made on them. "In line" means between the quartiles of its peers; for a
yes/no item, doing what at least half of them do, or not doing what at most half of them do.

What it leaves out: causes, and indicators nobody publishes by municipality (IT cost, IT staff: 算出不能 until the table is there).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dxmodels.errors import ModelError
from dxmodels.inputs import Case, Register
from dxmodels.money import format_rate
from dxmodels.municipalities.divide.scores import DOMAIN_JA, Scores, collect_scores, read_size_classing

YES_NO, SHARE = "有無", "割合（0〜1）"
_WHOLE_FROM = 100  # numbers from here on are told without decimals
HIGHER, LOWER, IN_LINE = "同じ規模より高い", "同じ規模より低い", "同じ規模なみ"


@dataclass(frozen=True, eq=False)
class PeerPosition:
    """One row per indicator: own value, peers of the same size class, all municipalities, and the position."""

    table: pd.DataFrame
    municipality_code: str
    name_ja: str
    size_class_ja: str
    peers_count: int

    def to_frame(self) -> pd.DataFrame:
        """Return one row per indicator as a planner reads it: every value in its own unit (``table`` holds the numbers)."""
        units = self.table["unit"]
        shown = {
            f"{name}_ja": [_said(value, unit) for value, unit in zip(self.table[f"{name}_value"], units, strict=True)]
            for name in ("own", "peer_low", "peer_median", "peer_high", "all_median")
        }
        positions = self.table["position_ja"].replace("", "－")
        return pd.DataFrame({"name_ja": self.table["name_ja"], **shown, "position_ja": positions})

    def summary(self) -> str:
        """Return the headline sentence (Japanese)."""
        judged = self.table[self.table["position_ja"] != ""]
        named = {
            word: "・".join(judged.loc[judged["position_ja"] == word, "name_ja"]) or "なし" for word in (HIGHER, LOWER)
        }
        return (
            f"{self.name_ja}が同じ規模（{self.size_class_ja}、ほか{self.peers_count}団体）より低い指標は{named[LOWER]}、"
            f"高い指標は{named[HIGHER]}。"
        )


def compare_with_peers(case: Case, register: Register, *, municipality_code: str) -> PeerPosition:
    """Return where a municipality stands among those of its size class, dashboard indicators first, then its context.

    Raises ModelError where the code is not in the case or lacks an indicator's value, MissingTableError without the tables.
    """
    scores = collect_scores(case, sizes=read_size_classing(register))
    if municipality_code not in scores.values.index:
        raise ModelError(f"団体コード {municipality_code} は比較の対象にありません（値の欠け、またはコードの誤り）。")
    size_class = str(scores.places["size_class_ja"][municipality_code])
    peers = scores.places.index[
        (scores.places["size_class_ja"] == size_class) & (scores.places.index != municipality_code)
    ]
    rows = [
        _row(scores.values[str(entry.indicator_id)], municipality_code, peers)
        | {"name_ja": entry.name_ja, "domain_ja": DOMAIN_JA[str(entry.domain)]}
        for entry in scores.indicators.itertuples()
    ]
    rows += _context_rows(case, scores, municipality_code, peers)
    columns = ["name_ja", "domain_ja", "unit", "own_value", "peer_low_value", "peer_median_value", "peer_high_value"]
    table = pd.DataFrame(rows)[[*columns, "peer_mean_value", "all_median_value", "all_mean_value", "position_ja"]]
    name = str(scores.places["name_ja"][municipality_code])
    return PeerPosition(table, municipality_code, name, size_class, len(peers))


compare_with_peers.question_ja = "同じ規模の団体との比較"  # type: ignore[attr-defined]


def _said(value: object, unit: str) -> str:
    """Return a value in words: あり or なし, shares in per cent, people and indices as numbers, missing as a dash."""
    if pd.isna(value):  # type: ignore[call-overload]
        return "－"
    number = float(value)  # type: ignore[arg-type]
    if unit == YES_NO:
        return {0.0: "なし", 1.0: "あり"}.get(number, "半々")
    if unit.startswith("割合"):
        return format_rate(number, decimals=0)
    return f"{number:,.0f}{unit}" if number >= _WHOLE_FROM else f"{number:.2f}{unit.removesuffix('指数')}"


def _row(values: pd.Series, code: str, peers: pd.Index) -> dict[str, object]:
    own, others = float(values[code]), values.reindex(peers).dropna().to_numpy(dtype=float)
    is_yes_no = set(values) <= {0.0, 1.0}
    row: dict[str, object] = {"unit": YES_NO if is_yes_no else SHARE, "own_value": own}
    row |= {"all_median_value": float(values.median()), "all_mean_value": float(values.mean())}
    names = ("peer_low_value", "peer_median_value", "peer_high_value", "peer_mean_value")
    if len(others) == 0:
        return row | dict.fromkeys(names) | {"position_ja": ""}
    low, high = [np.median(others)] * 2 if is_yes_no else np.quantile(others, [0.25, 0.75])
    position = HIGHER if own > high else LOWER if own < low else IN_LINE
    if is_yes_no and others.mean() == 0.5:
        position = IN_LINE  # half of them do, half do not
    ends = (others.min(), np.median(others), others.max(), others.mean())
    return row | {name: float(value) for name, value in zip(names, ends, strict=True)} | {"position_ja": position}


def _context_rows(case: Case, scores: Scores, code: str, peers: pd.Index) -> list[dict[str, object]]:
    places = case.table("municipalities").set_index("municipality_code").reindex(scores.places.index)
    people = places["population_people"].astype("Float64")
    measures = {
        ("人口（2020年国勢調査）", "人"): people,
        ("65歳以上の割合（2020年）", "割合（0〜1）"): places["population_65plus_people"].astype("Float64") / people,
        ("人口の見通し（2045年÷2020年）", "倍"): _projected(case, 2045) / people,
        ("財政力指数（2021年度）", "指数"): places["fiscal_strength_index"].astype("Float64"),
        ("一般行政部門職員（住民1,000人当たり、2024年）", "人"): places["general_staff_people"].astype("Float64")
        / people
        * 1000,
    }
    rows = []
    for (name, unit), values in measures.items():
        known = values.reindex(scores.places.index).dropna().astype(float)
        if code in known:
            # Context is not judged: a small or old town is not "low".
            rows.append(
                _row(known, code, peers) | {"name_ja": name, "domain_ja": "背景", "unit": unit, "position_ja": ""}
            )
    return rows


def _projected(case: Case, year: int) -> pd.Series:
    series = case.table("municipality_series")
    rows = series[(series["indicator_id"] == "population_projected") & (series["as_of"] == str(year))]
    return rows.set_index("municipality_code")["indicator_value"].astype("Float64")

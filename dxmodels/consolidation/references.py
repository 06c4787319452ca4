"""What became of shared bodies elsewhere, before one is founded here?

E31, published part: reference cases of shared bodies, of staff build-up, of overruns and delays, as published, with who says so and how
sure it is. No average is taken: the measures differ in kind (a saving, an overrun, customers migrated), and cases that failed early
rarely publish. Targets and self-made calculations are told apart from audits by the stated confidence.

What it leaves out: income, staff and break-even membership of a body of one's own (needs its plan; the consolidation model's part).
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from dxmodels.errors import MissingTableError, ModelError

CLASS_JA = {"shared_entity": "共同体の成果", "staff": "人材の確保", "overrun": "費用の超過", "delay": "遅れ"}
_SHARE_JA = "割合"
CONFIDENCE_JA = {"high": "高", "medium": "中", "low": "低"}


@dataclass(frozen=True, eq=False)
class ReferenceCases:
    """Reference cases in order of class and confidence, one row per case and measure."""

    table: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return one row per reference case and measure."""
        return self.table.copy()

    def summary(self) -> str:
        """Return the headline sentence (Japanese)."""
        classes = self.table["class_ja"].value_counts(sort=False)
        sure = self.table["confidence_ja"].value_counts()
        parts = "・".join(f"{name}{count}件" for name, count in classes.items())
        levels = "・".join(f"{level}{int(sure.get(level, 0))}件" for level in CONFIDENCE_JA.values())
        found = f"参照できる公表事例は{parts}（確度：{levels}）。尺度が異なるため平均は示さない。"
        audited = self.table[
            (self.table["class_ja"] == CLASS_JA["shared_entity"])
            & (self.table["confidence_ja"] == CONFIDENCE_JA["high"])
        ]
        if audited.empty:
            return found
        said = "、".join(f"{row.name_ja}の{row.reference_measure_ja}は{row.value_ja}" for row in audited.itertuples())
        return f"監査や学術研究で確かめられた共同体の成果をみると、{said}である。{found}"


def list_reference_cases(reference_projects: pd.DataFrame, *, classes: Sequence[str]) -> ReferenceCases:
    """Return the cases of the given classes (shared_entity, staff, overrun, delay) from table ``reference_projects``.

    Raises ModelError for an unknown class, MissingTableError where the table holds no case of the classes asked for.
    """
    unknown = [name for name in classes if name not in CLASS_JA]
    if unknown or not classes:
        raise ModelError(f"類型 {unknown or 'なし'} は使えません。{'・'.join(CLASS_JA)} から指定してください。")
    table = reference_projects[reference_projects["reference_class"].isin(list(classes))].copy()
    if table.empty:
        raise MissingTableError(
            "reference_projects", ["reference_class"], reason=f"に {'・'.join(classes)} の行がありません"
        )
    table["class_ja"] = pd.Categorical(table["reference_class"].map(CLASS_JA), [CLASS_JA[name] for name in classes])
    table["confidence_ja"] = pd.Categorical(table["confidence"].map(CONFIDENCE_JA), list(CONFIDENCE_JA.values()))
    table = table.sort_values(["class_ja", "confidence_ja", "reference_id"]).astype(
        {"class_ja": "string", "confidence_ja": "string"}
    )
    table["reference_measure_ja"] = table["measure_ja"]
    table["year_text"] = [_years_text(str(text)) for text in table["year_text"]]
    table["value_ja"] = [_value_text(row) for row in table.to_dict("records")]
    columns = ["class_ja", "name_ja", "reference_measure_ja", "value_ja", "year_text", "confidence_ja", "source"]
    return ReferenceCases(table[columns].reset_index(drop=True))


def _value_text(row: Mapping[Hashable, Any]) -> str:
    """Value with its range and unit in one text: the measures differ in kind, so that no common number of decimals fits."""
    is_share = row["unit"] == _SHARE_JA
    ends = "〜".join(_number(end, is_share) for end in (row["low_value"], row["high_value"]) if not pd.isna(end))
    unit = "％" if is_share else str(row["unit"])
    return f"{_number(row['reference_value'], is_share)}{unit}" + (f"（{ends}）" if ends else "")


def _number(value: Any, is_share: bool) -> str:
    """A number as the house prints it: a share in per cent, ▲ before a negative one."""
    shown = float(value) * (100.0 if is_share else 1.0)
    return f"▲{-shown:,.4g}" if shown < 0 else f"{shown:,.6g}" if not is_share else f"{shown:,.3g}"


def _years_text(text: str) -> str:
    """The as-of note of a case in Japanese: FY2022 → 2022年度, 2015->2021 → 2015〜2021, c.2012 → 2012頃, plan → 計画."""
    text = re.sub(r"FY(\d{4})", r"\1年度", text)
    text = re.sub(r"c\.(\d{4})", r"\1頃", text)
    return re.sub(r"(->\d{4})+->", "->", text).replace("->", "〜").replace(" plan", "（計画）")

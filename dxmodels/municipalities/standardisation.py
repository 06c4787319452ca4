"""How far behind is the move to standard-compliant systems, and what does running cost do after it?

* E25 ``trace_late_standardisation``: the national series of bodies and systems that cannot meet the deadline, as shares of all
  bodies and systems, and the stated reasons. Plain arithmetic on published counts. Dates at which only bodies were published
  carry no system count: none is made up.
* E26 ``compare_running_cost_references``: the published multiples of running cost after the move (pilot, Tokyo, core cities,
  national target), on one scale (present running cost = 1), and what each would mean for a body's present cost.

What it leaves out: the state of each municipality and task (needs ``municipal_systems``; the municipal room's next part), and which
reference fits which body: the pilots are eight early movers at 115 yen to the dollar, the surveys are mayors' estimates made
before the move. None of them is a measured outcome.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from dxmodels.errors import MissingTableError, ModelError
from dxmodels.fiscal import era_text
from dxmodels.inputs import Register
from dxmodels.money import format_rate, format_yen

LATE_BODIES, LATE_SYSTEMS = "late_bodies", "late_systems"
ALL_BODIES, ALL_SYSTEMS = "standard_bodies", "standard_systems"
REASONS_JA = {
    "late_systems_vendor_resources": "事業者の要員不足",
    "late_systems_bespoke": "個別開発",
    "late_systems_no_product": "対応製品なし",
    "late_systems_mainframe": "メインフレーム",
}
# Assumptions the reference lines rest on; a change in per cent is turned into a multiple of present cost.
REFERENCE_ASSUMPTIONS = (
    "govcloud_target",
    "govcloud_pilot_change_fx115",
    "govcloud_pilot_change_fx139",
    "govcloud_runcost_multiplier_tokyo",
    "govcloud_runcost_multiplier_core",
)
_LABELS_JA = {
    "govcloud_target": "国の目標（平成30年度比）",
    "govcloud_pilot_change_fx115": "先行事業（1ドル115円）",
    "govcloud_pilot_change_fx139": "先行事業（1ドル139円）",
    "govcloud_runcost_multiplier_tokyo": "東京都内団体の見込み",
    "govcloud_runcost_multiplier_core": "中核市の見込み（平均、上限は最大）",
}


@dataclass(frozen=True, eq=False)
class LateStandardisation:
    """Late bodies and systems over time (``table``) and reasons at the date they were published (``reasons``)."""

    table: pd.DataFrame
    reasons: pd.DataFrame

    @property
    def latest_bodies_count(self) -> int:
        """Bodies with late systems at the last published date."""
        return int(self.table["late_bodies_count"].iloc[-1])

    def to_frame(self) -> pd.DataFrame:
        """Return the published counts, one row per date; a count that was not published is missing (``table`` also has the shares)."""
        shown = self.table[["as_of", "late_bodies_count", "late_systems_count"]]
        return shown.assign(as_of=[era_text(str(day)) for day in shown["as_of"]])

    def summary(self) -> str:
        """Return the headline sentence (Japanese)."""
        first, last = self.table.iloc[0], self.table.iloc[-1]
        way = "増えた" if last["late_bodies_count"] > first["late_bodies_count"] else "変わった"
        text = (
            f"期限に間に合わないシステムを抱える団体は、{era_text(str(first['as_of']))}の{first['late_bodies_count']:,}団体から"
            f"{era_text(str(last['as_of']))}の{last['late_bodies_count']:,}団体（対象団体の{format_rate(last['late_bodies_share'])}）へ{way}。"
        )
        if not self.reasons.empty:
            top = self.reasons.iloc[0]
            text += (
                f"理由が公表された{era_text(str(top['as_of']))}には、遅れるシステムの{format_rate(top['reason_share'])}が"
                f"{top['reason_ja']}によるものだった。"
            )
        return text


@dataclass(frozen=True, eq=False)
class RunningCostReferences:
    """Published multiples of running cost after the move; ``present_cost_yen`` is the cost they are applied to (None = not given)."""

    table: pd.DataFrame
    present_cost_yen: int | None
    assumptions: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per reference, smallest multiple first (its source stands with the assumption); no column without a value."""
        multiples = [str(name) for name in self.table if str(name).endswith("_multiple_index")]
        shown = self.table.drop(columns="source").astype(dict.fromkeys(multiples, "Float64"))
        return shown.round(dict.fromkeys(multiples, 2)).dropna(axis="columns", how="all")

    def summary(self) -> str:
        """Return the headline sentence (Japanese)."""
        low, high = self.table.iloc[0], self.table.iloc[-1]
        text = (
            f"移行後の運用経費は、{low['reference_ja'].split('（')[0]}では現行の{low['cost_multiple_index']:.2f}倍だが、"
            f"{high['reference_ja'].split('（')[0]}では平均{high['cost_multiple_index']:.1f}倍"
        )
        if pd.notna(high["high_multiple_index"]):
            text += f"（最大{high['high_multiple_index']:.1f}倍）"
        text += "に上る。目標以外はいずれも1倍前後かそれ以上で、実績ではなく移行前の値である。"
        if self.present_cost_yen is not None:
            text += (
                f"現行{format_yen(self.present_cost_yen)}の団体では年{format_yen(low['after_cost_yen'])}〜"
                f"{format_yen(high['after_cost_yen'])}。"
            )
        return text


def trace_late_standardisation(national_series: pd.DataFrame) -> LateStandardisation:
    """Return late bodies and systems over time from table ``national_series`` (columns series_id, as_of, series_value).

    Raises MissingTableError where the series of late bodies or the number of all bodies is absent.
    """
    counts = national_series.pivot_table(index="as_of", columns="series_id", values="series_value", observed=True)
    bodies, systems = _latest(national_series, ALL_BODIES), _latest(national_series, ALL_SYSTEMS)
    if LATE_BODIES not in counts or bodies is None:
        raise MissingTableError(
            "national_series", ["series_value"], reason=f"に {LATE_BODIES}・{ALL_BODIES} の系列がありません"
        )
    rows = counts[counts[LATE_BODIES].notna()].sort_index()
    late_systems = rows[LATE_SYSTEMS] if LATE_SYSTEMS in rows else pd.Series(pd.NA, index=rows.index, dtype="Float64")
    table = pd.DataFrame(
        {
            "as_of": rows.index.astype("string"),
            "late_bodies_count": rows[LATE_BODIES].astype("Int64").to_numpy(),
            "late_bodies_share": (rows[LATE_BODIES] / bodies).to_numpy(dtype=float),
            "late_systems_count": late_systems.astype("Int64").to_numpy(),
            "late_systems_share": (late_systems / (systems or float("nan"))).astype("Float64").to_numpy(),
        }
    )
    return LateStandardisation(table, _reasons(national_series))


def compare_running_cost_references(
    register: Register, *, present_cost_yen: int | None = None
) -> RunningCostReferences:
    """Return the published multiples of running cost after the move, with central, low and high, from the register.

    ``present_cost_yen``: a body's present yearly running cost of the standardised systems (tax included), where known; the cost
    after the move is then printed beside each multiple.
    """
    if present_cost_yen is not None and present_cost_yen < 0:
        raise ModelError(f"現行の運用経費 {present_cost_yen:,} 円は 0 以上にしてください。")
    table = pd.DataFrame([_reference_row(register, name) for name in REFERENCE_ASSUMPTIONS])
    table = table.sort_values("cost_multiple_index", ignore_index=True)
    if present_cost_yen is not None:
        table["after_cost_yen"] = (table["cost_multiple_index"] * present_cost_yen).round().astype("int64")
    return RunningCostReferences(table, present_cost_yen, REFERENCE_ASSUMPTIONS)


def _latest(series: pd.DataFrame, series_id: str) -> float | None:
    rows = series[series["series_id"] == series_id].sort_values("as_of")
    return None if rows.empty else float(rows["series_value"].iloc[-1])


def _reasons(series: pd.DataFrame) -> pd.DataFrame:
    rows = series[series["series_id"].isin(list(REASONS_JA))]
    rows = rows[rows["as_of"] == rows["as_of"].max()].sort_values("series_value", ascending=False, kind="stable")
    total = float(rows["series_value"].sum())
    return pd.DataFrame(
        {
            "as_of": rows["as_of"].astype("string").to_numpy(),
            "reason_ja": rows["series_id"].map(REASONS_JA).to_numpy(),
            "late_systems_count": rows["series_value"].astype("Int64").to_numpy(),
            "reason_share": (rows["series_value"] / total if total else rows["series_value"]).to_numpy(dtype=float),
        }
    )


def _reference_row(register: Register, name: str) -> dict[str, object]:
    assumption = register[name]
    is_multiple = assumption.unit == "x"
    low, central, high = (
        _as_multiple(level, is_multiple) for level in (register.low(name), register.central(name), register.high(name))
    )
    return {
        "reference_ja": _LABELS_JA[name],
        "cost_multiple_index": central,
        "low_multiple_index": low if low != central else None,
        "high_multiple_index": high if high != central else None,
        "as_of": assumption.as_of,
        "grade": assumption.grade,
        "source": assumption.source,
    }


def _as_multiple(value: float, is_multiple: bool) -> float:
    return value if is_multiple else 1.0 + value / 100.0

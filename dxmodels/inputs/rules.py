"""Which values of one row contradict each other?

Each rule is a row of data: the table, the columns it reads (the first is where the fault is shown), when it is broken, and what to do.
Impossible = fault (the case does not load); possible but worth a look = warning (the case loads and says so). A rule is silent where one
of its values is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from dxmodels.errors import Fault
from dxmodels.inputs.codes import is_municipality_code
from dxmodels.inputs.columns import MOST_FAULTS_OF_A_KIND
from dxmodels.inputs.raw import cell_text
from dxmodels.inputs.tables import CheckedTable

_SMALLEST_USUAL_YEN = 100_000


@dataclass(frozen=True)
class Rule:
    """``broken(frame)`` marks the rows at fault; ``problem`` may name columns of the row in braces."""

    table: str
    columns: tuple[str, ...]
    broken: Callable[[pd.DataFrame], pd.Series]
    problem: str
    cure: str
    is_warning: bool = False


def rule_faults(tables: Mapping[str, CheckedTable]) -> tuple[list[Fault], list[Fault]]:
    """Return (faults, warnings) of every rule on the given tables."""
    faults: list[Fault] = []
    warnings: list[Fault] = []
    for rule in (*_RULES, *_ordered_rules()):
        table = tables.get(rule.table)
        if table is not None and len(table.frame) and set(rule.columns) <= set(table.frame.columns):
            (warnings if rule.is_warning else faults).extend(_broken_rows(rule, table))
    return faults, warnings


def _broken_rows(rule: Rule, table: CheckedTable) -> list[Fault]:
    mask = rule.broken(table.frame).fillna(False).to_numpy(dtype=bool)
    lines = mask.nonzero()[0]
    found: list[Fault] = []
    for line in lines[:MOST_FAULTS_OF_A_KIND]:
        row = {name: cell_text(table.frame[name].iloc[line]) for name in rule.columns}
        problem = rule.problem.format(**row)
        found.append(
            Fault(table.file, problem, rule.cure, int(table.rows[line]), rule.columns[0], row[rule.columns[0]])
        )
    rest = len(lines) - len(found)
    if rest > 0:
        problem = f"同じ種類の指摘がほかに {rest:,} 件あります"
        found.append(Fault(table.file, problem, rule.cure, column=rule.columns[0]))
    return found


def _less(later: str, earlier: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda frame: frame[later] < frame[earlier]


def _owned_by_nobody(frame: pd.DataFrame) -> pd.Series:
    return frame["system_id"].isna() & frame["municipality_code"].isna()


def _owned_twice(frame: pd.DataFrame) -> pd.Series:
    return frame["system_id"].notna() & frame["municipality_code"].notna()


def _ends_before_first_year(frame: pd.DataFrame) -> pd.Series:
    end = frame["contract_end_date"]
    year = (end.dt.year - (end.dt.month < 4)).astype("Int64")
    before: pd.Series = year < frame["start_fy"]
    return before


def _name_looks_like_code(frame: pd.DataFrame) -> pd.Series:
    return frame["name_ja"].map(is_municipality_code, na_action="ignore").astype("boolean")


def _looks_like_thousands(column: str) -> Callable[[pd.DataFrame], pd.Series]:
    """Mark the first filled row of a column of yen whose middle value is too small for yen: a ledger kept in 千円 or 百万円."""

    def first_row(frame: pd.DataFrame) -> pd.Series:
        filled = frame[column].dropna()
        filled = filled[filled > 0]
        suspicious = len(filled) > 1 and float(filled.median()) < _SMALLEST_USUAL_YEN
        return pd.Series(frame.index == (filled.index[0] if suspicious else None), index=frame.index)

    return first_row


def _never_ends(frame: pd.DataFrame) -> pd.Series:
    """Mark contracts whose chain of parents comes back upon itself (or leads into such a ring): following it would never end."""
    ids, parent = frame["contract_id"], frame["parent_contract_id"]
    ends = ~parent.isin(ids)
    while True:
        more = ~ends & parent.isin(ids[ends])
        if not more.any():
            return ~ends
        ends |= more


_UNIT_CURE = "この列は円です。千円・百万円の台帳なら、円に直してから入れてください"
_UNIT_PROBLEM = "この列の金額は中央の値が10万円未満で、円としては小さすぎます"

_CONTRACT_RULES = (
    Rule("contracts", ("end_date", "start_date"), _less("end_date", "start_date"),
         "履行終了日が履行開始日（{start_date}）より前です", "開始日と終了日を契約書で確かめてください"),
    Rule("contracts", ("opening_date", "announced_date"), _less("opening_date", "announced_date"),
         "開札日が公告日（{announced_date}）より前です", "公告日と開札日を入れ違えていないか確かめてください"),
    Rule("contracts", ("valid_bids_count", "bidders_count"), lambda f: f["valid_bids_count"] > f["bidders_count"],
         "有効な入札の数が応札者数（{bidders_count}）を超えています", "応札者数と有効数を入札調書で確かめてください"),
    Rule("contracts", ("system_id", "municipality_code"), _owned_by_nobody,
         "府のシステムも市町村も書かれていません", "分かれば system_id か municipality_code のどちらかを入れてください（所有者の分からない"
         "契約は、システム別・団体別の計算に入りません）", is_warning=True),
    Rule("contracts", ("municipality_code", "system_id"), _owned_twice,
         "府のシステム（{system_id}）と市町村の両方が書かれています", "どちらか一方だけを残してください"),
    Rule("contracts", ("parent_contract_id", "contract_id"), lambda f: f["parent_contract_id"] == f["contract_id"],
         "元の契約が自分自身です", "元の契約IDを直すか空欄にしてください"),
    Rule("contracts", ("parent_contract_id", "contract_id"),
         lambda f: _never_ends(f) & (f["parent_contract_id"] != f["contract_id"]),
         "元の契約をたどると {contract_id} の系列が輪になり終わりません", "最初の契約の parent_contract_id を空欄にしてください"),
    Rule("contracts", ("award_yen", "ceiling_yen"), lambda f: f["award_yen"] > f["ceiling_yen"],
         "契約金額が予定価格（{ceiling_yen} 円）を超えています", "税込・税抜の取り違えや総額・年額の別を確かめてください", is_warning=True),
    Rule("contracts", ("contract_kind", "parent_contract_id"),
         lambda f: f["contract_kind"].isin(["renewal", "change"]) & f["parent_contract_id"].isna(),
         "更新・変更契約に元の契約IDがありません", "分かれば parent_contract_id を入れてください（再契約回数の計算に使います）",
         is_warning=True),
    Rule("contracts", ("start_date", "opening_date"), _less("start_date", "opening_date"),
         "履行開始日が開札日（{opening_date}）より前です", "日付を契約書で確かめてください", is_warning=True),
)  # fmt: skip

_RULES = (
    *_CONTRACT_RULES,
    Rule("bids", ("bid_status", "is_winner"), lambda f: f["is_winner"] & (f["bid_status"] != "valid"),
         "落札者の入札が有効（valid）ではありません", "結果区分か落札の欄を入札調書で確かめてください"),
    Rule("bids", ("is_winner", "contract_id"),
         lambda f: f["is_winner"] & (f["is_winner"].groupby(f["contract_id"]).transform("sum") > 1),
         "契約 {contract_id} の落札者が2者以上います", "分割落札でなければ1者だけを true にしてください", is_warning=True),
    Rule("systems", ("contract_end_date", "start_fy"), _ends_before_first_year,
         "契約終了日が稼働開始年度（{start_fy}）より前です", "稼働開始年度か契約終了日を直してください"),
    Rule("system_links", ("to_system_id", "from_system_id"), lambda f: f["to_system_id"] == f["from_system_id"],
         "連携元と連携先が同じシステムです", "連携先を直すか、行を消してください"),
    *(Rule(table, (column,), _looks_like_thousands(column), _UNIT_PROBLEM, _UNIT_CURE, is_warning=True)
      for table, column in (("systems", "annual_cost_yen"), ("municipal_systems", "annual_cost_yen"), ("contracts", "award_yen"))),
    Rule("municipalities", ("name_ja",), _name_looks_like_code,
         "団体名の欄に団体コードが入っています", "列がずれていないか確かめてください"),
)  # fmt: skip

# (table, smaller, greater, words): the value of ``smaller`` must not exceed the value of ``greater``.
_ORDERED = (
    ("municipal_systems", "start_fy", "contract_end_fy", "稼働開始年度が契約終了年度"),
    ("municipalities", "population_65plus_people", "population_people", "65歳以上人口が人口"),
    ("offers", "members_min_count", "members_max_count", "最少参加数が最大参加数"),
    ("offers", "first_start_fy", "last_start_fy", "提供開始年度が受付終了年度"),
    ("joint_uptake", "members_count", "eligible_count", "参加団体数が対象団体数"),
    ("cost_bands", "population_from_people", "population_below_people", "人口（以上）が人口（未満）"),
    ("national_contracts", "low95_value", "statistic_value", "95％下限が値"),
    ("national_contracts", "statistic_value", "high95_value", "値が95％上限"),
    ("national_series", "low_value", "series_value", "下限が値"),
    ("national_series", "series_value", "high_value", "値が上限"),
    ("reference_projects", "low_value", "reference_value", "下限が値"),
    ("reference_projects", "reference_value", "high_value", "値が上限"),
    ("rankings", "place_rank", "among_count", "順位が対象数"),
)


def _ordered_rules() -> tuple[Rule, ...]:
    return tuple(
        Rule(table, (small, great), lambda f, s=small, g=great: f[s] > f[g],  # type: ignore[misc]
             words + "（{" + great + "}）より大きくなっています", "どちらの値が正しいか出典で確かめてください")
        for table, small, great, words in _ORDERED
    )  # fmt: skip

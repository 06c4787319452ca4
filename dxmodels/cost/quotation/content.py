"""Is something in the quotation twice, without a breakdown, missing, or merely added on top?

Two work lines are alike where the share of common two-letter pieces of their names (Dice) reaches the declared likeness and the role does not differ:
candidates to look at, never a verdict. Missing cost items are those our own spending or the vendor's earlier quotation knows for this system and
this one does not.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import combinations
from typing import Any

import pandas as pd

from dxmodels.cost.naming import COST_ITEM_JA
from dxmodels.cost.quotation.findings import Finding, Question, cannot, judge
from dxmodels.cost.quotation.paper import Quotation, earlier_quotations, is_lump_sum, rows_of
from dxmodels.cost.quotation.rules import QuotationRules
from dxmodels.inputs.schemas import COST_ITEMS
from dxmodels.money import format_rate, format_yen


def check_duplicates(quotation: Quotation, rules: QuotationRules) -> Finding:
    """Work lines whose names are alike."""
    name, ground = "作業の重複", rules.ground("likeness")
    threshold = f"作業名の一致が{rules.likeness:.0%}未満"
    rows = [row for row in quotation.work.to_dict("records") if isinstance(row["quoted_work_ja"], str)]
    pairs = [
        (one, other)
        for one, other in combinations(rows, 2)
        if _role(one) == _role(other) and likeness(one["quoted_work_ja"], other["quoted_work_ja"]) >= rules.likeness
    ]
    questions = [
        Question(int(other["quotation_line_number"]), f"{int(one['quotation_line_number'])}行目「{one['quoted_work_ja']}」と{int(other['quotation_line_number'])}行目「{other['quoted_work_ja']}」の作業内容・成果物の違いをお示しください。同じ作業であれば、いずれかの削除をお願いいたします。")
        for one, other in pairs
    ]  # fmt: skip
    seconds = {int(other["quotation_line_number"]): int(other["quoted_yen"] or 0) for _, other in pairs}
    evidence = "、".join(f"「{one['quoted_work_ja']}」と「{other['quoted_work_ja']}」" for one, other in pairs) or f"{len(rows)}行に似た作業名はない"  # fmt: skip
    lines = sorted({int(row["quotation_line_number"]) for pair in pairs for row in pair})
    return judge(name, flagged=bool(pairs), evidence=evidence, threshold=threshold, ground=ground, lines=lines, subject_yen=sum(seconds.values()), questions=questions)  # fmt: skip


def likeness(one: str, other: str) -> float:
    """Return the share (0..1) of common two-letter pieces of two names (Dice 1945): 2·|A∩B| / (|A|+|B|)."""
    first, second = _pieces(one), _pieces(other)
    if not first or not second:
        return 0.0
    return 2 * len(first & second) / (len(first) + len(second))


def check_overhead(quotation: Quotation, rules: QuotationRules) -> Finding:
    """Overhead as a share of the work lines."""
    name, ground = "諸経費の割合", rules.ground("overhead_share")
    threshold = f"明細の合計の{rules.overhead_share:.0%}以内"
    work = quotation.work_yen
    rows = quotation.of_kind("overhead")
    if work <= 0:
        return cannot(name, missing="明細の金額がない", threshold=threshold, ground=ground)
    overhead = int(rows["quoted_yen"].fillna(0).sum())
    share = overhead / work
    ask = Question(int(rows["quotation_line_number"].iloc[0]) if len(rows) else 0, f"諸経費{overhead:,}円は明細の合計の{format_rate(share)}に当たります。諸経費に含まれる費目と、率の算定の根拠をお示しください。")  # fmt: skip
    evidence = f"諸経費 {format_yen(overhead, '円')}は明細の合計 {format_yen(work, '円')}の{format_rate(share)}" if len(rows) else "諸経費の行はない"  # fmt: skip
    return judge(name, flagged=share > rules.overhead_share, evidence=evidence, threshold=threshold, ground=ground, lines=rows["quotation_line_number"].astype(int), subject_yen=overhead, questions=[ask])  # fmt: skip


def check_lump_sums(quotation: Quotation, rules: QuotationRules) -> Finding:
    """Share of the work lines that are 一式 without a breakdown."""
    name, ground = "内訳のない一式", rules.ground("lump_sum_share")
    threshold = f"明細の合計の{rules.lump_sum_share:.0%}以内"
    work = quotation.work_yen
    if work <= 0:
        return cannot(name, missing="明細の金額がない", threshold=threshold, ground=ground)
    rows = quotation.work[is_lump_sum(quotation.work)]
    amount = int(rows["quoted_yen"].fillna(0).sum())
    share = amount / work
    questions = [
        Question(int(row.quotation_line_number), f"「{row.quoted_work_ja}」一式{int(row.quoted_yen):,}円について、作業項目・工数・単価・成果物の内訳をお示しください。")
        for row in rows_of(rows) if pd.notna(row.quoted_yen)
    ]  # fmt: skip
    evidence = f"一式 {len(rows)}行、{format_yen(amount, '円')}で明細の合計の{format_rate(share)}"
    return judge(name, flagged=share > rules.lump_sum_share, evidence=evidence, threshold=threshold, ground=ground, lines=rows["quotation_line_number"].astype(int), subject_yen=amount, questions=questions)  # fmt: skip


def check_missing_items(
    quotation: Quotation, rules: QuotationRules, quotations: pd.DataFrame, spending: pd.DataFrame | None
) -> Finding:
    """Cost items that this system is known to need and the quotation does not hold."""
    name, threshold, ground = (
        "経費項目の漏れ",
        "前回の見積か決算にある経費項目がすべてある",
        "経費項目：国の10区分（先行事業の公表表）",
    )
    before = earlier_quotations(quotations, quotation)
    same = before[(before["system_id"] == quotation.system_id) & (before["line_kind"] == "work")] if quotation.system_id else before.iloc[:0]  # fmt: skip
    quoted = set(same["cost_item"].dropna()) & set(COST_ITEMS)
    spent = _spent_items(spending, quotation.system_id)
    if not quoted and not spent:
        return cannot(name, missing="このシステムの前回の見積も、経費の表の実績もない", threshold=threshold, ground=ground)  # fmt: skip
    here = set(quotation.work["cost_item"].dropna())
    missing = [item for item in COST_ITEMS if item in (quoted | spent) - here]
    unnamed = int(quotation.work["cost_item"].isna().sum())
    words = "、".join(COST_ITEM_JA[item] + ("（前回の見積にあり）" if item in quoted else "（支出の実績あり）") for item in missing)  # fmt: skip
    evidence = (f"見当たらないのは{words}" if missing else "前回の見積・実績にある経費項目はすべてある") + (f"。経費項目の書かれていない明細 {unnamed}行" if unnamed else "")  # fmt: skip
    questions = [
        Question(0, f"{COST_ITEM_JA[item]}に当たる費用が見積に見当たりません。他の明細に含まれるのか、別の契約によるのか、不要となったのかをお示しください。")
        for item in missing
    ]  # fmt: skip
    return judge(name, flagged=bool(missing), evidence=evidence, threshold=threshold, ground=ground, questions=questions)  # fmt: skip


def _spent_items(spending: pd.DataFrame | None, system_id: str) -> set[str]:
    """Return the cost items this system paid for in its last settled year."""
    if spending is None or not system_id:
        return set()
    rows = spending[(spending["system_id"] == system_id) & (spending["settled_yen"].fillna(0) > 0)]
    last = rows[rows["fiscal_year"] == rows["fiscal_year"].max()]
    return set(last["cost_item"].dropna()) & set(COST_ITEMS)


def _role(row: dict[Any, Any]) -> str:
    return row["engineer_role_ja"] if isinstance(row["engineer_role_ja"], str) else ""


def _pieces(text: str) -> set[str]:
    plain = re.sub(r"[\s・、（）()「」／/のとを・]", "", unicodedata.normalize("NFKC", text)).upper()
    return {plain[place : place + 2] for place in range(len(plain) - 1)} or ({plain} if plain else set())

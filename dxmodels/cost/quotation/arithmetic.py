"""Does the quotation agree with itself: quantity × price, people × months, lines and totals, tax?

All ties are to the yen; the tax is cut below the yen (消費税法の端数処理). Nothing is corrected: a difference becomes a question.
"""

from __future__ import annotations

import pandas as pd

from dxmodels.cost.quotation.findings import Finding, Question, cannot, judge
from dxmodels.cost.quotation.paper import PERSON_DAY, PERSON_MONTH, Quotation, rows_of
from dxmodels.cost.quotation.rules import QuotationRules
from dxmodels.money import format_yen, tax_inclusive_yen

_RULE = "計算の規則（円単位で一致）"
_TINY_TOLERANCE = 1e-9


def check_line_arithmetic(quotation: Quotation, rules: QuotationRules) -> Finding:
    """Quantity × unit price = amount, line by line."""
    name, threshold = "数量×単価＝金額", "差が0円"
    work = quotation.work
    whole = work[["quantity_value", "unit_price_yen", "quoted_yen"]].notna().all(axis=1)
    rows = work[whole]
    if rows.empty:
        return cannot(name, missing="数量・単価・金額のそろった明細がない", threshold=threshold, ground=_RULE)
    product = (rows["quantity_value"].astype("float64") * rows["unit_price_yen"].astype("float64")).round()
    off = rows.assign(product_yen=product, gap_yen=rows["quoted_yen"].astype("float64") - product)
    off = off[off["gap_yen"].abs() >= 1]
    questions = [
        Question(int(row.quotation_line_number), f"数量 {row.quantity_value:g}{row.quantity_unit_ja}×単価 {int(row.unit_price_yen):,}円＝{int(row.product_yen):,}円となりますが、金額は{int(row.quoted_yen):,}円とされています。正しい金額をお示しください。")
        for row in rows_of(off)
    ]  # fmt: skip
    evidence = f"{len(rows)} 行を照合し、合わないのは {len(off)} 行" + (f"（差の合計 {format_yen(off['gap_yen'].sum(), '円')}）" if len(off) else "")  # fmt: skip
    evidence += f"。単価・数量のない {len(work) - len(rows)} 行は照合できない" if len(rows) < len(work) else ""
    return judge(name, flagged=len(off) > 0, evidence=evidence, threshold=threshold, ground=_RULE, lines=_numbers(off), subject_yen=_sum(off), questions=questions)  # fmt: skip


def check_people_months(quotation: Quotation, rules: QuotationRules) -> Finding:
    """People × months = person-months (person-days by the days of a person-month)."""
    name, threshold = "人数×期間＝工数", "差が0"
    work = quotation.work
    effort = work[work["quantity_unit_ja"].isin([PERSON_MONTH, PERSON_DAY]) & work["quantity_value"].notna()]
    rows = effort[effort["people_fte"].notna() & effort["term_months"].notna()]
    if rows.empty:
        ask = Question(0, "作業ごとに、人数・期間（月数）・工数（人月）の内訳をお示しください。")
        return cannot(name, missing="人数と期間の書かれた工数の明細がない", threshold=threshold, ground=_RULE, questions=[ask] if len(effort) else [])  # fmt: skip
    factor = (
        rows["quantity_unit_ja"].map({PERSON_MONTH: 1.0, PERSON_DAY: rules.days_per_person_month}).astype("float64")
    )
    expected = rows["people_fte"].astype("float64") * rows["term_months"].astype("float64") * factor
    off = rows.assign(expected_value=expected)
    off = off[(off["quantity_value"].astype("float64") - expected).abs() > _TINY_TOLERANCE * expected.clip(lower=1)]
    questions = [
        Question(int(row.quotation_line_number), f"{row.people_fte:g}人×{row.term_months:g}か月＝{row.expected_value:g}{row.quantity_unit_ja}となりますが、数量は{row.quantity_value:g}{row.quantity_unit_ja}とされています。人数・期間・工数の関係をお示しください。")
        for row in rows_of(off)
    ]  # fmt: skip
    evidence = f"{len(rows)} 行を照合し、合わないのは {len(off)} 行"
    evidence += f"。人数・期間のない {len(effort) - len(rows)} 行は照合できない" if len(rows) < len(effort) else ""
    return judge(name, flagged=len(off) > 0, evidence=evidence, threshold=threshold, ground=_RULE, lines=_numbers(off), subject_yen=_sum(off), questions=questions)  # fmt: skip


def check_totals(quotation: Quotation, rules: QuotationRules) -> Finding:
    """Lines + overhead + discount = subtotal; subtotal + tax = total."""
    name, threshold = "明細・小計・合計の一致", "差が0円"
    stated = quotation.stated
    subtotal, tax, total = stated["subtotal"], stated["tax"], stated["total"]
    if total is None:
        ask = Question(0, "消費税を含む合計金額をお示しください。")
        return cannot(name, missing="合計の行がない", threshold=threshold, ground=_RULE, questions=[ask])
    base = quotation.summed_yen if subtotal is None else subtotal
    gaps = []
    if subtotal is not None and subtotal != quotation.summed_yen:
        gaps.append(("明細・諸経費・値引きの合計", quotation.summed_yen, "小計", subtotal))
    with_tax = base + (tax or 0)
    if total != with_tax:
        gaps.append(("小計と消費税の計" if tax is not None else "小計", with_tax, "合計", total))
    questions = [
        Question(0, f"{first}は{one:,}円ですが、{second}は{other:,}円とされています（差 {format_yen(other - one, '円')}）。正しい金額をお示しください。")
        for first, one, second, other in gaps
    ]  # fmt: skip
    evidence = "、".join(f"{first} {one:,}円に対し{second} {other:,}円（差 {format_yen(other - one, '円')}）" for first, one, second, other in gaps)  # fmt: skip
    return judge(
        name, flagged=bool(gaps), evidence=evidence or f"合計 {total:,}円まで円単位で一致", threshold=threshold, ground=_RULE,
        lines=_numbers(quotation.of_kind("subtotal", "total")), subject_yen=sum(abs(other - one) for _, one, _, other in gaps), questions=questions,
    )  # fmt: skip


def check_tax_basis(quotation: Quotation, rules: QuotationRules) -> Finding:
    """Tax basis stated and one; the tax is the rate on the subtotal, cut below the yen."""
    name = "税の別と消費税額"
    threshold, ground = f"税率 {rules.tax_rate:.0%}・円未満切捨て", rules.ground("tax_rate")
    if quotation.work_is_net is None:
        ask = Question(
            0, "各明細の金額が税抜か税込かをお示しください（税抜にそろえた見積書の再提出をお願いいたします）。"
        )
        return judge(name, flagged=True, evidence="税抜・税込の別が書かれていないか、混ざっている", threshold=threshold, ground=ground, questions=[ask])  # fmt: skip
    stated = quotation.stated
    base = quotation.summed_yen if stated["subtotal"] is None else stated["subtotal"]
    if not quotation.work_is_net:
        return judge(name, flagged=False, evidence="明細は税込で統一されている", threshold=threshold, ground=ground)
    if stated["tax"] is None:
        ask = Question(0, "消費税及び地方消費税の額をお示しください。")
        return judge(name, flagged=True, evidence="明細は税抜だが、消費税の行がない", threshold=threshold, ground=ground, questions=[ask])  # fmt: skip
    due = tax_inclusive_yen(base, tax_included=False, tax_rate=rules.tax_rate) - base
    gap = stated["tax"] - due
    ask = Question(0, f"小計{base:,}円に対する消費税額は{due:,}円となりますが、{stated['tax']:,}円とされています。課税対象外の品目の有無をお示しください。")  # fmt: skip
    evidence = f"明細は税抜で統一。消費税 {stated['tax']:,}円" + ("は小計と一致" if not gap else f"、計算では {due:,}円（差 {format_yen(gap, '円')}）")  # fmt: skip
    return judge(name, flagged=gap != 0, evidence=evidence, threshold=threshold, ground=ground, lines=_numbers(quotation.of_kind("tax")), subject_yen=abs(gap), questions=[ask])  # fmt: skip


def _numbers(rows: pd.DataFrame) -> list[int]:
    return [int(number) for number in rows["quotation_line_number"]]


def _sum(rows: pd.DataFrame) -> int:
    return int(rows["quoted_yen"].fillna(0).sum())

"""Are the unit prices and the whole dearer than what is published, than our own earlier quotations, and than last year?

Rates are yen a person-month without tax. Earlier quotations of all vendors for the same role give a median; it needs a declared fewest number.
The rise compares the sum of all lines (without tax) with the vendor's last earlier quotation for the same system, against the published rise of
service prices. What it leaves out: grade and scarcity of the engineers, a changed scope (the question asks for it).
"""

from __future__ import annotations

import pandas as pd

from dxmodels.cost.quotation.findings import Finding, Question, cannot, judge
from dxmodels.cost.quotation.paper import Quotation, earlier_quotations, person_month_prices, rows_of
from dxmodels.cost.quotation.rules import QuotationRules
from dxmodels.fiscal import era_year
from dxmodels.money import format_rate, format_yen


def check_published_rate(quotation: Quotation, rules: QuotationRules) -> Finding:
    """Person-month rates against the published range."""
    name, ground = "人月単価と公表の範囲", rules.ground("published_rate")
    high = rules.published_rate_high_yen
    threshold = f"{format_yen(high, '円')}／人月（税抜）を超えない"
    rates = _rates(quotation.lines, rules)
    if rates.empty:
        return _no_rates(name, threshold, ground)
    off = rates[rates["rate_yen"] > high]
    worst = rates.sort_values("rate_yen").iloc[-1]
    ratio = worst["rate_yen"] / rules.published_rate_yen
    evidence = f"最も高いのは{worst['engineer_role_ja'] or '職種の記載なし'}の{format_yen(worst['rate_yen'], '円')}で、公表の平均の{ratio:.2f}倍。範囲を超えるのは{len(off)}行（{len(rates)}行中）"  # fmt: skip
    questions = [
        Question(int(row.quotation_line_number), f"{row.engineer_role_ja or '当該要員'}の単価{int(row.unit_price_yen):,}円について、要員の等級・役割と、単価の根拠（貴社の単価表等）をお示しください。")
        for row in rows_of(off)
    ]  # fmt: skip
    return judge(name, flagged=len(off) > 0, evidence=evidence, threshold=threshold, ground=ground, lines=off["quotation_line_number"].astype(int), subject_yen=int(off["quoted_yen"].sum()), questions=questions)  # fmt: skip


def check_own_rate(quotation: Quotation, rules: QuotationRules, quotations: pd.DataFrame) -> Finding:
    """Person-month rates against the median of our own earlier quotations for the same role."""
    name, ground = "人月単価と過去の見積", rules.ground("above_own_share")
    threshold = f"同じ職種の中央値の＋{rules.above_own_share:.0%}以内（{rules.fewest_peers}件以上ある職種）"
    rates = _rates(quotation.lines, rules)
    if rates.empty:
        return _no_rates(name, threshold, ground)
    compared = compare_rates(quotation, rules, quotations)
    known = compared[compared["median_yen"].notna()]
    if known.empty:
        return cannot(name, missing=f"同じ職種の過去の見積が{rules.fewest_peers}件に満たない", threshold=threshold, ground=ground)  # fmt: skip
    off = known[known["ratio"] > 1 + rules.above_own_share]
    evidence = "、".join(f"{row.engineer_role_ja} {format_yen(row.rate_yen, '円')}（中央値の{row.ratio:.2f}倍、n＝{row.peers_count}）" for row in rows_of(known.sort_values("ratio", ascending=False).drop_duplicates(["engineer_role_ja", "rate_yen"])))  # fmt: skip
    questions = [
        Question(int(row.quotation_line_number), f"{row.engineer_role_ja}の単価{int(row.rate_yen):,}円（税抜、人月）は、当方が同種の作業でこれまでにいただいた見積の水準を上回っております。単価の根拠と、引下げの余地をお示しください。")
        for row in rows_of(off)
    ]  # fmt: skip
    amounts = quotation.lines.set_index("quotation_line_number")["quoted_yen"]
    subject = int(amounts.reindex(off["quotation_line_number"]).fillna(0).sum())
    return judge(name, flagged=len(off) > 0, evidence=evidence, threshold=threshold, ground=ground, lines=off["quotation_line_number"].astype(int), subject_yen=subject, questions=questions)  # fmt: skip


def compare_rates(quotation: Quotation, rules: QuotationRules, quotations: pd.DataFrame) -> pd.DataFrame:
    """Return effort lines with rate, median of earlier quotations of the role (blank below the fewest), ratio and n."""
    rates = _rates(quotation.lines, rules)
    before = _rates(earlier_quotations(quotations, quotation), rules)
    peers = before[before["role_key"] != ""].groupby("role_key")["rate_yen"].agg(["median", "count"])
    count = rates["role_key"].map(peers["count"]).fillna(0).astype(int)
    median = rates["role_key"].map(peers["median"]).where(count >= rules.fewest_peers)
    return pd.DataFrame(
        {
            "quotation_line_number": rates["quotation_line_number"].astype("int64"), "quoted_work_ja": rates["quoted_work_ja"].fillna("－").astype(str),
            "engineer_role_ja": rates["engineer_role_ja"].fillna("職種の記載なし").astype(str), "rate_yen": rates["rate_yen"].astype("float64"),
            "median_yen": median.astype("float64"), "ratio": rates["rate_yen"] / median, "peers_count": count,
        }
    ).reset_index(drop=True)  # fmt: skip


def check_rate_spread(quotation: Quotation, rules: QuotationRules) -> Finding:
    """One role, one rate: the same role at several rates within one quotation needs a reason."""
    name, threshold, ground = (
        "同じ職種の単価のばらつき",
        "同じ職種は同じ単価",
        "考え方：実践ガイドブック第3章（見積りの精査）",
    )
    rates = _rates(quotation.lines, rules)
    rates = rates[rates["role_key"] != ""]
    if rates.empty:
        return _no_rates(name, threshold, ground)
    spread = rates.groupby("engineer_role_ja")["rate_yen"].agg(["min", "max", "nunique"])
    off = spread[spread["nunique"] > 1]
    lines = rates[rates["engineer_role_ja"].isin(off.index)]
    evidence = "、".join(f"{role} {format_yen(row['min'], '円')}〜{format_yen(row['max'], '円')}" for role, row in off.iterrows())  # fmt: skip
    questions = [
        Question(0, f"{role}の単価が{int(row['min']):,}円から{int(row['max']):,}円まで複数示されています。要員の等級の違いなど、単価を分けている理由をお示しください。")
        for role, row in off.iterrows()
    ]  # fmt: skip
    return judge(name, flagged=len(off) > 0, evidence=evidence or f"{len(spread)}職種とも単価は1つ", threshold=threshold, ground=ground, lines=lines["quotation_line_number"].astype(int), subject_yen=int(lines["quoted_yen"].sum()), questions=questions)  # fmt: skip


def check_yearly_rise(quotation: Quotation, rules: QuotationRules, quotations: pd.DataFrame) -> Finding:
    """The whole against the last earlier quotation of the same vendor for the same system."""
    name, ground = "前回の見積からの上昇", rules.ground("yearly_rise")
    before = earlier_quotations(quotations, quotation)
    same = before[(before["system_id"] == quotation.system_id) & (before["vendor_id"] == quotation.vendor_id)]
    if same.empty or not quotation.system_id:
        return cannot(name, missing="同じ事業者・同じシステムの前回の見積がない", threshold="サービス価格の上昇率以内", ground=ground)  # fmt: skip
    last = same[same["quotation_id"] == same.sort_values("quoted_date")["quotation_id"].iloc[-1]]
    years = max(quotation.fiscal_year - int(last["fiscal_year"].iloc[0]), 1)
    allowed = (1 + rules.yearly_rise_share) ** years - 1
    threshold = f"{years}年で＋{allowed:.1%}以内（企業向けサービス価格の実績）"
    old, new = _net(last, rules), _net(quotation.lines, rules)
    if not old:
        return cannot(name, missing="前回の見積の金額がない", threshold=threshold, ground=ground)
    rise = new / old - 1
    parts = _risen_parts(last, quotation.lines, rules)
    evidence = f"{era_year(int(last['fiscal_year'].iloc[0]))}の{format_yen(old, '円')}から{format_yen(new, '円')}へ{format_rate(rise)}（税抜、諸経費・値引きを含む）。増が大きいのは{parts}"  # fmt: skip
    ask = Question(0, f"前回（{era_year(int(last['fiscal_year'].iloc[0]))}）のお見積から税抜で{format_rate(rise)}の増となっています。増の大きい項目（{parts}）について、数量の増と単価の増に分けて理由をお示しください。")  # fmt: skip
    return judge(name, flagged=rise > allowed, evidence=evidence, threshold=threshold, ground=ground, subject_yen=round(new - old), questions=[ask])  # fmt: skip


def _rates(lines: pd.DataFrame, rules: QuotationRules) -> pd.DataFrame:
    return person_month_prices(lines, days=rules.days_per_person_month, tax_rate=rules.tax_rate)


def _no_rates(name: str, threshold: str, ground: str) -> Finding:
    ask = Question(0, "人件費に当たる作業について、職種・工数（人月）・人月単価の内訳をお示しください。")
    return cannot(name, missing="人月・人日の単価が書かれた明細がない", threshold=threshold, ground=ground, questions=[ask])  # fmt: skip


def _net(lines: pd.DataFrame, rules: QuotationRules) -> float:
    """Return the sum of work, overhead and discount without tax."""
    rows = lines[lines["line_kind"].isin(["work", "overhead", "discount"])]
    amounts = rows["quoted_yen"].fillna(0).astype("float64")
    gross = rows["tax_included"].fillna(False).astype(bool)
    return float(amounts.where(~gross, amounts / (1 + rules.tax_rate)).sum())


def _risen_parts(last: pd.DataFrame, now: pd.DataFrame, rules: QuotationRules) -> str:
    """Name the two lines (by their wording) whose amounts rose most."""
    kinds = ["work", "overhead"]
    old = last[last["line_kind"].isin(kinds)].groupby("quoted_work_ja")["quoted_yen"].sum()
    new = now[now["line_kind"].isin(kinds)].groupby("quoted_work_ja")["quoted_yen"].sum()
    rise = new.sub(old, fill_value=0).astype("float64").sort_values(ascending=False).head(2)
    return "、".join(f"{work}＋{amount:,.0f}円" for work, amount in rise.items() if amount > 0) or "なし"

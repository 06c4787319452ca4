"""Which questions must go back to the vendor before this quotation becomes a budget (E11)?

Sets: lines i of one quotation; earlier quotations q < today. Each of the twelve checks is 該当 / 非該当 / 算出不能 on its own evidence; they are
neither weighted nor added up, because the amounts of their lines overlap. Source of the idea: 政府の標準ガイドライン群「実践ガイドブック」第3章 予算要求、
見積りの精査 (掛け算、作業の重複、製品の単価). What it leaves out: whether the work is needed, its productivity, the engineer's skill.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from dxmodels.cost.quotation.arithmetic import (
    check_line_arithmetic,
    check_people_months,
    check_tax_basis,
    check_totals,
)
from dxmodels.cost.quotation.content import check_duplicates, check_lump_sums, check_missing_items, check_overhead
from dxmodels.cost.quotation.findings import FLAGGED, NOT_COMPUTABLE, Finding
from dxmodels.cost.quotation.paper import Quotation, quotation_of
from dxmodels.cost.quotation.prices import (
    check_own_rate,
    check_published_rate,
    check_rate_spread,
    check_yearly_rise,
    compare_rates,
)
from dxmodels.cost.quotation.rules import QuotationRules
from dxmodels.inputs import NotComputable
from dxmodels.inputs.schemas.choices import choice_label_ja

_SENTENCE_CHECKS_SHOWN = 3


@dataclass(frozen=True, eq=False)
class QuotationReview:
    """The quotation, one finding a check (in the order of the checks), and effort rates beside earlier ones."""

    quotation: Quotation
    findings: tuple[Finding, ...]
    rates: pd.DataFrame
    published_rate_yen: float
    published_rate_high_yen: float

    @property
    def flagged_count(self) -> int:
        """Checks that ask something."""
        return sum(finding.state_ja == FLAGGED for finding in self.findings)

    @property
    def not_computable_count(self) -> int:
        """Checks that could not be run."""
        return sum(finding.state_ja == NOT_COMPUTABLE for finding in self.findings)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a check: state, evidence, threshold and its ground, lines, amount of these lines."""
        rows = [
            (f.check_ja, f.state_ja, f.evidence_ja, f.threshold_ja, f.ground_ja, f.lines_ja, f.subject_yen)
            for f in self.findings
        ]
        columns = [
            "quotation_check_ja",
            "quotation_state_ja",
            "quotation_evidence_ja",
            "threshold_ja",
            "ground_ja",
            "lines_ja",
            "subject_yen",
        ]
        return pd.DataFrame(rows, columns=columns).astype({"subject_yen": "Int64"})

    def questions(self) -> QuotationQuestions:
        """Return the questions to the vendor, by line (the quotation as a whole last)."""
        return QuotationQuestions(self)

    def rates_by_line(self) -> RatesByLine:
        """Return the effort lines with their rate beside the median of earlier quotations."""
        return RatesByLine(self.rates, self.published_rate_yen, self.published_rate_high_yen)

    def summary(self) -> str:
        """Return the answer in one Japanese sentence, then what could not be checked."""
        asked = len(self.questions().table)
        total = self.quotation.stated["total"]
        flagged = [finding.check_ja for finding in self.findings if finding.state_ja == FLAGGED]
        shown = "」「".join(flagged[:_SENTENCE_CHECKS_SHOWN]) + ("」など" if len(flagged) > _SENTENCE_CHECKS_SHOWN else "」")  # fmt: skip
        about = f"見積「{self.quotation.title_ja or self.quotation.quotation_id}」" + (f"（合計 {total:,}円）" if total is not None else "")  # fmt: skip
        rest = f"算出できなかった検査は{self.not_computable_count}件。" if self.not_computable_count else ""
        if not flagged:
            return f"{about}は、算出できた{len(self.findings) - self.not_computable_count}件の検査のいずれにも該当しない。{rest}"  # fmt: skip
        return (
            f"{about}は、{len(self.findings)}件の検査のうち{len(flagged)}件（「{shown}）に該当した。"
            f"事業者に{asked}件を照会し、回答を得てから予算に積む。{rest}"
        )


@dataclass(frozen=True, eq=False)
class QuotationQuestions:
    """What to ask the vendor; holds no price of anybody else."""

    review: QuotationReview

    @property
    def table(self) -> pd.DataFrame:
        """One row a question: number, line, what the line says, the question."""
        lines = {int(row["quotation_line_number"]): row for row in self.review.quotation.lines.to_dict("records")}
        asked = {(q.line_number, q.text_ja): f.check_ja for f in self.review.findings for q in f.questions}
        ordered = sorted(asked, key=lambda key: (key[0] == 0, key[0]))
        rows = [
            (place, str(line) if line else "全体", _said(lines.get(line)), asked[line, text], text)
            for place, (line, text) in enumerate(ordered, start=1)
        ]
        return pd.DataFrame(
            rows, columns=["question_number", "line_ja", "written_ja", "quotation_check_ja", "quotation_question_ja"]
        )

    @property
    def count(self) -> int:
        """How many questions there are."""
        return len(self.table)

    def to_frame(self) -> pd.DataFrame:
        """Return the questions."""
        return self.table

    def summary(self) -> str:
        """Return how many questions there are (Japanese)."""
        return f"事業者への照会は{len(self.table)}件。回答を受けて見積を取り直す。"


@dataclass(frozen=True, eq=False)
class RatesByLine:
    """Effort lines: rate, median of our earlier quotations for the role, ratio, n; and the published mean and upper end."""

    table: pd.DataFrame
    published_rate_yen: float
    published_rate_high_yen: float

    def to_frame(self) -> pd.DataFrame:
        """Return one row an effort line."""
        shown = self.table.rename(columns={"ratio": "rate_ratio"})
        return shown.assign(
            rate_yen=shown["rate_yen"].round().astype("Int64"), median_yen=shown["median_yen"].round().astype("Int64"),
            rate_ratio=shown["rate_ratio"].round(2),
        )  # fmt: skip

    def summary(self) -> str:
        """Return the dearest role beside its peers (Japanese)."""
        known = self.table.dropna(subset=["ratio"])
        if known.empty:
            return "同じ職種の過去の見積が足りず、単価は比べられない。"
        worst = known.sort_values("ratio").iloc[-1]
        return f"過去の見積に比べて最も高いのは{worst['engineer_role_ja']}で、中央値の{worst['ratio']:.2f}倍（n＝{int(worst['peers_count'])}）。"  # fmt: skip


def review_quotation(
    quotations: pd.DataFrame, *, rules: QuotationRules, quotation_id: str | None = None,
    spending: pd.DataFrame | None = None,
) -> QuotationReview:  # fmt: skip
    """Return the review of one quotation of the table ``quotations`` (None: the one quoted last); the others are its peers.

    ``spending`` (optional) tells which cost items its system has paid for. Raises ModelError where the quotation is not there.
    """
    quotation = quotation_of(quotations, quotation_id)
    findings = (
        check_totals(quotation, rules),
        check_tax_basis(quotation, rules),
        check_line_arithmetic(quotation, rules),
        check_people_months(quotation, rules),
        check_published_rate(quotation, rules),
        check_own_rate(quotation, rules, quotations),
        check_rate_spread(quotation, rules),
        check_yearly_rise(quotation, rules, quotations),
        check_duplicates(quotation, rules),
        check_lump_sums(quotation, rules),
        check_overhead(quotation, rules),
        check_missing_items(quotation, rules, quotations, spending),
    )
    rates = compare_rates(quotation, rules, quotations)
    return QuotationReview(quotation, findings, rates, rules.published_rate_yen, rules.published_rate_high_yen)


def list_questions(review: QuotationReview | NotComputable) -> QuotationQuestions | NotComputable:
    """Return the questions of a review; what could not be computed stays so."""
    return review if isinstance(review, NotComputable) else review.questions()


def list_rates(review: QuotationReview | NotComputable) -> RatesByLine | NotComputable:
    """Return the effort rates of a review beside earlier ones; what could not be computed stays so."""
    return review if isinstance(review, NotComputable) else review.rates_by_line()


def _said(row: dict[Any, Any] | None) -> str:
    """Return a line as the vendor wrote it, in one cell."""
    if row is None:
        return "－"
    work = (
        row["quoted_work_ja"]
        if isinstance(row["quoted_work_ja"], str)
        else choice_label_ja("line_kind", str(row["line_kind"]))
    )
    amount = "" if pd.isna(row["quoted_yen"]) else f" {int(row['quoted_yen']):,}円"
    return f"{work}{amount}"

"""What does one quotation say: its work lines, its overhead and discount, its stated totals, and the tax basis of each?"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from dxmodels.cost.checks import require_columns
from dxmodels.errors import ModelError

_NEEDED = ("quotation_id", "quotation_line_number", "line_kind", "quoted_date", "fiscal_year", "quoted_yen")
PERSON_MONTH, PERSON_DAY = "人月", "人日"
_LUMP = ("式", "一式")
_STATED = ("subtotal", "tax", "total")


@dataclass(frozen=True, eq=False)
class Quotation:
    """One quotation: ``lines`` (as written, one row a line, in order) and what its head says."""

    quotation_id: str
    title_ja: str
    vendor_id: str
    system_id: str
    quoted_date: pd.Timestamp
    fiscal_year: int
    lines: pd.DataFrame

    def of_kind(self, *kinds: str) -> pd.DataFrame:
        """Return the lines of these kinds."""
        return self.lines[self.lines["line_kind"].isin(kinds)]

    @property
    def work(self) -> pd.DataFrame:
        """The lines of work and goods."""
        return self.of_kind("work")

    @property
    def work_yen(self) -> int:
        """Sum of the amounts of the work lines, as written."""
        return int(self.work["quoted_yen"].fillna(0).sum())

    @property
    def stated(self) -> Mapping[str, int | None]:
        """The subtotal, tax and total the vendor states (None where it states none)."""
        found: dict[str, int | None] = dict.fromkeys(_STATED)
        for kind in _STATED:
            amounts = self.of_kind(kind)["quoted_yen"].dropna()
            found[kind] = int(amounts.iloc[-1]) if len(amounts) else None
        return found

    @property
    def summed_yen(self) -> int:
        """Sum of work, overhead and discount (as written)."""
        return int(self.of_kind("work", "overhead", "discount")["quoted_yen"].fillna(0).sum())

    @property
    def work_is_net(self) -> bool | None:
        """Whether the lines are without tax; None where the quotation does not say, or says both."""
        said = set(self.of_kind("work", "overhead", "discount")["tax_included"].dropna())
        blank = bool(self.of_kind("work")["tax_included"].isna().any())
        return None if blank or len(said) != 1 else not said.pop()


def quotation_of(quotations: pd.DataFrame, quotation_id: str | None = None) -> Quotation:
    """Return the quotation ``quotation_id`` of the table ``quotations``, or the one quoted last.

    Raises ModelError where there is no such quotation, or it has no line of work.
    """
    require_columns(quotations, _NEEDED, "見積書")
    if quotation_id is None:
        if quotations.empty:
            raise ModelError("見積書の表に行がありません。見積書を1通以上入れてください。")
        quotation_id = str(quotations.sort_values(["quoted_date", "quotation_id"])["quotation_id"].iloc[-1])
    lines = quotations[quotations["quotation_id"] == quotation_id].sort_values(
        "quotation_line_number", ignore_index=True
    )
    if lines.empty or not (lines["line_kind"] == "work").any():
        known = "、".join(sorted(set(quotations["quotation_id"].astype(str)))[:8])
        raise ModelError(f"見積番号「{quotation_id}」の明細がありません。次のいずれかにしてください：{known}")
    first = lines.iloc[0]
    head = {name: "" if pd.isna(first.get(name, pd.NA)) else str(first[name]) for name in ("title_ja", "vendor_id", "system_id")}  # fmt: skip
    return Quotation(quotation_id, **head, quoted_date=first["quoted_date"], fiscal_year=int(first["fiscal_year"]), lines=lines)  # fmt: skip


def earlier_quotations(quotations: pd.DataFrame, quotation: Quotation) -> pd.DataFrame:
    """Return the lines of all quotations made before this one."""
    before = quotations["quoted_date"] < quotation.quoted_date
    return quotations[before & (quotations["quotation_id"] != quotation.quotation_id)]


def person_month_prices(lines: pd.DataFrame, *, days: float, tax_rate: float) -> pd.DataFrame:
    """Return the effort lines with ``rate_yen``: yen a person-month without tax (a person-day counts 1/``days``)."""
    unit = lines["quantity_unit_ja"].map(_plain, na_action="ignore")
    effort = lines[
        unit.isin([PERSON_MONTH, PERSON_DAY]) & lines["unit_price_yen"].notna() & (lines["line_kind"] == "work")
    ]
    price = effort["unit_price_yen"].astype("float64")
    price = price * effort["quantity_unit_ja"].map(_plain).map({PERSON_MONTH: 1.0, PERSON_DAY: days})
    gross = effort["tax_included"].fillna(False).astype(bool)
    return effort.assign(
        rate_yen=price.where(~gross, price / (1 + tax_rate)), role_key=effort["engineer_role_ja"].fillna("").map(_plain)
    )


def rows_of(frame: pd.DataFrame) -> list[Any]:
    """Return the rows with a field a column."""
    return list(frame.itertuples())


def is_lump_sum(lines: pd.DataFrame) -> pd.Series:
    """Return which lines are 一式 without a breakdown: unit 式, one of it."""
    unit = lines["quantity_unit_ja"].fillna("").map(_plain)
    return unit.isin(_LUMP) & (lines["quantity_value"].fillna(1.0) <= 1.0)


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", str(text))).upper()

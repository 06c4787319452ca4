"""How is one field of the inventory written on a karte? Blanks stay "" and are printed as 未記入."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from dxmodels.fiscal import era_date, era_year
from dxmodels.inputs.schemas.choices import choice_label_ja
from dxmodels.money import format_rate, format_yen


def text(value: Any) -> str:
    """Return plain text."""
    return "" if value is None else str(value)


def choice(column: str, value: Any) -> str:
    """Return the Japanese word of a choice."""
    return "" if value is None else choice_label_ja(column, str(value))


def either(value: Any, yes: str = "あり", no: str = "なし") -> str:
    """Return one of two words."""
    return "" if value is None else (yes if bool(value) else no)


def thousand_yen(value: Any) -> str:
    """Return an amount in 千円 with its unit."""
    return "" if value is None else format_yen(float(value), "千円")


def bare_thousands(value: Any) -> str:
    """Return an amount in 千円 without unit (its column has it), a dash where unknown."""
    return "－" if pd.isna(value) else format_yen(float(value), "千円", with_unit=False)


def rate(value: Any) -> str:
    """Return a share in per cent."""
    return "" if value is None else format_rate(float(value))


def day(value: Any) -> str:
    """Return a date in the era calendar."""
    if value is None:
        return ""
    return era_date(value if isinstance(value, dt.date) and not isinstance(value, dt.datetime) else value.date())


def year(value: Any) -> str:
    """Return a fiscal year in the era calendar."""
    return "" if value is None else era_year(int(value))


def counted(value: Any, unit: str) -> str:
    """Return a whole number with its unit."""
    return "" if value is None else f"{int(value):,}{unit}"


def score(value: Any) -> str:
    """Return a score of 1..5."""
    return "" if value is None else f"{float(value):.1f} 点（5点満点）"

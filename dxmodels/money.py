"""How is an amount of money read, rounded and printed?

Money is integer yen inside the house. It is printed in 千円, 百万円 or 億円, truncated towards zero below the
display unit (地方公共団体の財政資料の慣行: 切捨て), negative amounts with ▲, ratios rounded.
"""

from __future__ import annotations

import math
import re
import unicodedata
from decimal import Decimal, InvalidOperation

from dxmodels.errors import ModelError

ROUNDING_NOTE = "端数処理のため合計が一致しない場合がある。"
UNITS_YEN: dict[str, int] = {"円": 1, "千円": 1_000, "百万円": 1_000_000, "億円": 100_000_000}
_NEGATIVE_MARKS = "▲△▼−‐–—"
_PLAIN_NUMBER = re.compile(r"^[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?$")


def truncate_to_unit(amount_yen: float, unit: str, *, decimals: int = 0) -> Decimal:
    """Return ``amount_yen`` in ``unit`` (円, 千円, 百万円 or 億円), truncated towards zero at ``decimals`` places.

    Raises ModelError for an unknown unit or an amount that is not finite.
    """
    if unit not in UNITS_YEN:
        raise ModelError(f"単位「{unit}」は使えません。円・千円・百万円・億円のいずれかにしてください。")
    if not math.isfinite(amount_yen):
        raise ModelError(f"金額 {amount_yen} は有限の数ではありません。")
    scale = 10**decimals
    exact = Decimal(str(amount_yen)) * scale / UNITS_YEN[unit]
    return Decimal(int(exact)) / Decimal(scale)


def format_yen(amount_yen: float, unit: str = "百万円", *, decimals: int | None = None, with_unit: bool = True) -> str:
    """Return an amount as a Japanese table prints it: thousands separators, ▲ for a negative, 億円 with one decimal."""
    places = (1 if unit == "億円" else 0) if decimals is None else decimals
    value: Decimal = truncate_to_unit(amount_yen, unit, decimals=places)
    text = f"{abs(value):,.{places}f}"
    return f"{'▲' if value < 0 else ''}{text}{unit if with_unit else ''}"


def yen_unit_for(amount_yen: float) -> str:
    """Return the largest of 億円, 百万円, 千円, 円 in which an amount of this size is at least one."""
    size = abs(amount_yen)
    return next((unit for unit in ("億円", "百万円", "千円") if size >= UNITS_YEN[unit]), "円")


def format_amount(amount_yen: float) -> str:
    """Return an amount as a sentence says it, in a unit that does not hide it: 4.7億円, 15百万円, 800千円."""
    return format_yen(amount_yen, yen_unit_for(amount_yen))


def format_rate(rate: float, *, decimals: int = 1) -> str:
    """Return a share (0..1) as a percentage, rounded half to even, negative with ▲: -0.0414 → ▲4.1％."""
    if not math.isfinite(rate):
        return "－"
    text = f"{abs(rate) * 100:.{decimals}f}"
    negative = rate < 0 and float(text) != 0
    return f"{'▲' if negative else ''}{text}％"


def parse_number(text: str) -> Decimal:
    """Return the number written in ``text``: full-width digits, thousands separators, ▲/△/() negatives, 円.

    Raises ValueError where it is not one number; units other than 円 are not guessed (千円 must be a column of its own).
    """
    clean = unicodedata.normalize("NFKC", str(text)).strip().removeprefix("¥").removesuffix("円").strip()
    if clean.startswith("(") and clean.endswith(")"):
        clean = "-" + clean[1:-1].strip()
    if clean and clean[0] in _NEGATIVE_MARKS:
        clean = "-" + clean[1:].strip()
    if not _PLAIN_NUMBER.match(clean):
        raise ValueError(f"数値として読めません：{text!r}")
    try:
        return Decimal(clean.replace(",", ""))
    except InvalidOperation as error:  # pragma: no cover - the pattern above admits decimals only
        raise ValueError(f"数値として読めません：{text!r}") from error


def tax_inclusive_yen(amount_yen: int, *, tax_included: bool, tax_rate: float) -> int:
    """Return the tax-inclusive amount in yen, truncated (消費税法の端数処理: 切捨て); unchanged where tax is in already."""
    if tax_included:
        return amount_yen
    return int(Decimal(amount_yen) * (1 + Decimal(str(tax_rate))))

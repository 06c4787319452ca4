"""What is an amount of a fiscal year with consumption tax?"""

from __future__ import annotations

from dxmodels.inputs.assumptions import load_register
from dxmodels.inputs.tax import TAX_ASSUMPTION
from dxmodels.money import tax_inclusive_yen


class Taxes:
    """The consumption-tax rate by fiscal year, from the register."""

    def __init__(self) -> None:
        self.register = load_register()
        self.rates: dict[int, float] = {}

    def gross(self, yen: int | None, year: int, tax: str) -> int | None:
        """Return the tax-inclusive amount, truncated to the yen."""
        if yen is None or tax == "gross":
            return yen
        if year not in self.rates:
            self.rates[year] = self.register.value(TAX_ASSUMPTION, fiscal_year=year)
        return tax_inclusive_yen(yen, tax_included=False, tax_rate=self.rates[year])

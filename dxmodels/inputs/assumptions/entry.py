"""What is one assumption: a number with unit, range, distribution, source, date and grade?

The rule for fiscal years: an entry has either one ``value`` for all years or ``values`` by fiscal year. Between years nothing is
interpolated and beyond them nothing is extrapolated. Only where the entry says ``carry_forward: true`` does a year's value hold
until the next year given (as a tax rate does until the law changes); before the first year there is never a value.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy.typing as npt

from dxmodels.errors import Fault, ParameterError
from dxmodels.inputs.assumptions.quantiles import BOUNDS, Floats, Levels, inconsistencies, quantile

GRADES = ("公表値", "推計", "仮置き")
TO_CONFIRM = "要確認"  # stands in the note of every 仮置き
REGISTER_JA = "前提値台帳"


@dataclass(frozen=True)
class Assumption:
    """One entry of the register.

    ``values`` holds the levels by fiscal year; the key None stands for every year not given. ``interval`` says what low and high
    are (bounds, p5_p95, ci95), ``range_ja`` what they were observed or derived as; ``changed_by`` names the scenario, option or
    replacement that changed the published entry ("" = as in the register file).
    """

    name: str
    label_ja: str
    unit: str
    values: Mapping[int | None, Levels]
    distribution: str
    source: str
    as_of: str
    grade: str
    note: str = ""
    topic: str = ""
    interval: str = BOUNDS
    range_ja: str = ""
    carry_forward: bool = False
    changed_by: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        """Refuse levels that do not admit the distribution; freeze the values."""
        object.__setattr__(self, "values", MappingProxyType(dict(self.values)))
        faults = [
            Fault(REGISTER_JA, problem, cure, column=self.name, value="" if year is None else f"{year}年度")
            for year, levels in self.values.items()
            for problem, cure in inconsistencies(levels, self.distribution, self.interval)
        ]
        if faults or not self.values:
            raise ParameterError(
                faults or [Fault(REGISTER_JA, "値がありません", "value を書いてください", column=self.name)]
            )

    @property
    def fiscal_years(self) -> tuple[int, ...]:
        """The fiscal years that have a value of their own, ascending; () for one value in all years."""
        return tuple(sorted(year for year in self.values if year is not None))

    @property
    def has_range(self) -> bool:
        """True where low and high are given in every year."""
        return all(levels.low is not None and levels.high is not None for levels in self.values.values())

    def at(self, fiscal_year: int | None = None) -> Levels:
        """Return the levels of a fiscal year by the rule of this file's title; raises ParameterError naming the years there are."""
        if fiscal_year in self.values:
            return self.values[fiscal_year]
        earlier = [year for year in self.fiscal_years if fiscal_year is not None and year < fiscal_year]
        if self.carry_forward and earlier:
            return self.values[earlier[-1]]
        if None in self.values:
            return self.values[None]
        raise ParameterError([self._no_year(fiscal_year)])

    def value(self, fiscal_year: int | None = None, *, level: str = "central") -> float:
        """Return one level as a float in the assumption's unit; low/high fall back to central where not published."""
        return self.at(fiscal_year).at(level)

    def quantile(self, u: npt.ArrayLike, *, fiscal_year: int | None = None) -> Floats:
        """Return the values at probabilities ``u`` in (0, 1), same shape, in the assumption's unit (see quantiles.py)."""
        return quantile(self.at(fiscal_year), self.distribution, self.interval, u)

    def changed(
        self,
        values: Mapping[int | None, Levels],
        *,
        source: str,
        grade: str,
        as_of: str,
        note: str,
        changed_by: str,
        carry_forward: bool | None = None,
    ) -> Assumption:
        """Return this assumption with other levels and the source that goes with them."""
        carry = self.carry_forward if carry_forward is None else carry_forward
        return dataclasses.replace(
            self,
            values=values,
            source=source,
            grade=grade,
            as_of=as_of,
            note=note,
            changed_by=changed_by,
            carry_forward=carry,
        )

    def _no_year(self, fiscal_year: int | None) -> Fault:
        years = "、".join(f"{year}年度" for year in self.fiscal_years)
        if fiscal_year is None:
            return Fault(
                REGISTER_JA,
                "年度ごとの値なので年度の指定が要ります",
                f"年度を指定してください（ある年度：{years}）",
                column=self.name,
            )
        cure = f"値を足すか、その後も同じ値なら carry_forward: true と書いてください（ある年度：{years}）"
        return Fault(REGISTER_JA, "その年度の値がありません", cure, column=self.name, value=f"{fiscal_year}年度")

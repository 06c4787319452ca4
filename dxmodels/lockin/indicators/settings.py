"""With which thresholds, and over which contracts, are the indicators evaluated?

Every number is an assumption of data/assumptions/lockin.yml; what is left out (methods, method details, scopes) is chosen by the user. Unknown settings are refused.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from dxmodels.errors import Fault, ParameterError
from dxmodels.inputs import Register
from dxmodels.inputs.schemas.purchases import COMPETITIVE_METHODS, CONTRACT_METHODS

_PREFIX = "indicator_"


@dataclass(frozen=True)
class IndicatorSettings:
    """Thresholds (units in the names) and exclusions. ``competitive_methods`` are those whose bidders may be counted at all."""

    open_tender_years: float
    consecutive_awards_count: float
    supplier_share: float
    negotiated_share: float
    award_rate: float
    notice_days: float
    lead_days: float
    customisation_rate: float
    export_test_years: float
    support_years: float
    switching_years: float
    vendor_hhi_index: float
    live_references_count: float
    price_gap_rate: float
    fence_multiple: float
    least_bids_count: float
    competitive_methods: tuple[str, ...] = COMPETITIVE_METHODS
    excluded_methods: tuple[str, ...] = ()
    excluded_method_details: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ("operation",)

    def __post_init__(self) -> None:
        """Refuse thresholds out of range and methods no contract can have."""
        faults = [
            _fault(name, getattr(self, name), "0 以上の数にしてください")
            for name in _thresholds()
            if not getattr(self, name) >= 0
        ]
        for name in ("competitive_methods", "excluded_methods"):
            for method in getattr(self, name):
                if method not in CONTRACT_METHODS:
                    faults.append(_fault(name, method, f"契約方式は {'、'.join(CONTRACT_METHODS)} から選んでください"))
        if faults:
            raise ParameterError(faults)

    @classmethod
    def from_register(cls, register: Register, **changes: Any) -> IndicatorSettings:
        """Return the settings of the register with ``changes`` (any field by name); unknown names raise ParameterError with the nearest."""
        values: dict[str, Any] = {name: register.value(_PREFIX + name) for name in _thresholds()}
        return cls(**values).changed(changes)

    def changed(self, changes: Mapping[str, Any]) -> IndicatorSettings:
        """Return a copy with some settings changed; unknown names raise ParameterError with the nearest."""
        known = [field.name for field in fields(self)]
        unknown = [name for name in changes if name not in known]
        if unknown:
            raise ParameterError(_unknown(name, known) for name in unknown)
        tuples: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list | tuple) else value for name, value in changes.items()
        }
        return replace(self, **tuples)

    @property
    def assumptions(self) -> tuple[str, ...]:
        """Names of the assumptions the thresholds were read from."""
        return tuple(_PREFIX + name for name in _thresholds())


def _thresholds() -> list[str]:
    return [field.name for field in fields(IndicatorSettings) if field.type == "float"]


def _fault(name: str, value: object, cure: str) -> Fault:
    return Fault(file="指標の設定", column=name, value=str(value), problem="設定値が範囲外です", cure=cure)


def _unknown(name: str, known: list[str]) -> Fault:
    near = difflib.get_close_matches(name, known, n=3)
    return Fault(
        file="指標の設定",
        column=name,
        problem="この設定はありません",
        cure=f"近い名前：{'、'.join(near)}" if near else f"使える設定：{'、'.join(known)}",
    )

"""Which numbers does a result rest on, with which range, source, date and grade, and what if one were different?

A ``Register`` is a frozen set of assumptions. Rooms read it, never write it: a scenario, an option or a what-if gives a new
register. Which assumptions a result used is stated by the room's Result, not tracked here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import pandas as pd

from dxmodels.errors import Fault, ParameterError
from dxmodels.inputs.assumptions.entry import GRADES, REGISTER_JA, TO_CONFIRM, Assumption
from dxmodels.inputs.assumptions.quantiles import Levels
from dxmodels.inputs.reads import NAMES, note_assumption
from dxmodels.inputs.yaml_files import unknown_name

if TYPE_CHECKING:
    from dxmodels.inputs.patches import Patch

_COLUMNS = {
    "name": "string", "fiscal_year": "Int64", "label": "string", "value": "Float64", "low": "Float64", "high": "Float64",
    "unit": "string", "distribution": "string", "interval": "string", "range": "string", "source": "string", "as_of": "string",
    "grade": "string", "topic": "string", "note": "string", "changed_by": "string",
}  # fmt: skip


class Register(Mapping[str, Assumption]):
    """All assumptions by name; unknown names raise ParameterError with the nearest ones."""

    def __init__(self, assumptions: Iterable[Assumption]) -> None:
        self._entries: dict[str, Assumption] = {entry.name: entry for entry in assumptions}

    @classmethod
    def of(cls, **values: float | tuple[float, float, float]) -> Register:
        """Return a small register for tests and what-ifs: name=central, or name=(low, central, high) as a triangular range."""
        entries = []
        for name, value in values.items():
            low, central, high = value if isinstance(value, tuple) else (None, value, None)
            distribution = "triangular" if isinstance(value, tuple) else "fixed"
            levels: dict[int | None, Levels] = {None: Levels(central, low, high)}
            entries.append(Assumption(name, name, "ratio", levels, distribution, "仮の値", "", GRADES[-1], TO_CONFIRM))
        return cls(entries)

    def __getitem__(self, name: str) -> Assumption:
        note_assumption(str(name))
        if name not in self._entries:
            raise ParameterError([unknown_name(REGISTER_JA, str(name), self._entries)])
        return self._entries[name]

    def __iter__(self) -> Iterator[str]:
        note_assumption(NAMES)
        return iter(self._entries)

    def __len__(self) -> int:
        note_assumption(NAMES)
        return len(self._entries)

    def __contains__(self, name: object) -> bool:
        note_assumption(str(name))
        return name in self._entries

    def value(self, name: str, *, fiscal_year: int | None = None, level: str = "central") -> float:
        """Return one number in the assumption's own unit.

        ``level`` is low, central or high; where low or high is not published the central value stands in (see
        ``Assumption.has_range``). Raises ParameterError for an unknown name or a fiscal year without a value.
        """
        return self[name].value(fiscal_year, level=level)

    def low(self, name: str, *, fiscal_year: int | None = None) -> float:
        """Return the low value (central where none is published)."""
        return self.value(name, fiscal_year=fiscal_year, level="low")

    def central(self, name: str, *, fiscal_year: int | None = None) -> float:
        """Return the central value."""
        return self.value(name, fiscal_year=fiscal_year)

    def high(self, name: str, *, fiscal_year: int | None = None) -> float:
        """Return the high value (central where none is published)."""
        return self.value(name, fiscal_year=fiscal_year, level="high")

    def by_year(self, name: str, fiscal_years: Iterable[int], *, level: str = "central") -> dict[int, float]:
        """Return the value of each fiscal year asked for."""
        return {year: self.value(name, fiscal_year=year, level=level) for year in fiscal_years}

    def replace(
        self,
        name: str,
        *,
        central: float | None = None,
        low: float | None = None,
        high: float | None = None,
        fiscal_year: int | None = None,
        source: str = "",
        grade: str = "",
    ) -> Register:
        """Return a register in which one assumption has other levels (in all its years, or in ``fiscal_year`` only).

        Levels not given stay; a central value outside the old range needs the new range with it. Without a ``source`` of its own
        the replaced number is 仮置き, because the old source no longer speaks for it.
        """
        old = self[name]
        years = list(old.values) if fiscal_year is None else [fiscal_year]
        changed = {year: _merge(old.at(year), central, low, high) for year in years}
        new = old.changed(
            {**old.values, **changed},
            source=source or f"利用者による置換え（元の出典：{old.source}）",
            grade=grade or GRADES[-1],
            as_of=old.as_of,
            note=old.note if source else f"{TO_CONFIRM}：登録値を置き換えた計算",
            changed_by="replace",
        )
        return self._with([new])

    def patched(self, patch: Patch) -> Register:
        """Return the register under a scenario or option; all unknown names and impossible ranges are reported at once."""
        faults: list[Fault] = []
        entries: list[Assumption] = []
        for name, change in patch.changes.items():
            try:
                entries.append(change.applied_to(self[name], patch.name))
            except ParameterError as error:
                faults.extend(error.faults)
        if faults:
            raise ParameterError(
                Fault(
                    f"{patch.kind}/{patch.name}.yml", fault.problem, fault.cure, column=fault.column, value=fault.value
                )
                for fault in faults
            )
        return self._with(entries)

    def to_frame(self, names: Iterable[str] | None = None) -> pd.DataFrame:
        """Return the register as a table, one row per assumption and fiscal year (blank = all years), in file order."""
        chosen = self if names is None else [self[name].name for name in names]
        rows = [_row(self[name], year, levels) for name in chosen for year, levels in self[name].values.items()]
        return pd.DataFrame(rows, columns=list(_COLUMNS)).astype(_COLUMNS)

    def grade_share(self, names: Iterable[str] | None = None) -> pd.DataFrame:
        """Return how many assumptions (of ``names``, or all) are 公表値, 推計 and 仮置き, and their share (0..1)."""
        chosen = [self[name] for name in (self if names is None else dict.fromkeys(names))]
        counts = [sum(entry.grade == grade for entry in chosen) for grade in GRADES]
        shares = [count / len(chosen) if chosen else float("nan") for count in counts]
        return pd.DataFrame({"grade": list(GRADES), "assumptions_count": counts, "assumptions_share": shares})

    @property
    def digest(self) -> str:
        """SHA-256 over every number, unit, source and grade: two registers with the same digest give the same results."""
        rows = [
            [*map(str, _row(entry, year, levels))] for entry in self.values() for year, levels in entry.values.items()
        ]
        return hashlib.sha256(json.dumps(sorted(rows), ensure_ascii=False).encode("utf-8")).hexdigest()

    def _with(self, entries: Iterable[Assumption]) -> Register:
        return Register({**self._entries, **{entry.name: entry for entry in entries}}.values())


def _merge(old: Levels, central: float | None, low: float | None, high: float | None) -> Levels:
    return Levels(
        old.central if central is None else float(central),
        old.low if low is None else float(low),
        old.high if high is None else float(high),
    )


def _row(entry: Assumption, year: int | None, levels: Levels) -> list[object]:
    return [
        entry.name, year, entry.label_ja, levels.central, levels.low, levels.high, entry.unit, entry.distribution, entry.interval,
        entry.range_ja, entry.source, entry.as_of, entry.grade, entry.topic, entry.note, entry.changed_by,
    ]  # fmt: skip

"""Which constants shape the illustrative tables, and where does each come from? (``calibration.yml``, a source in every entry)"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

FILE = Path(__file__).with_name("calibration.yml")


@dataclass(frozen=True)
class Calibration:
    """The constants by name; every reader below gives the value in the unit its entry states."""

    entries: Mapping[str, Mapping[str, Any]]

    def number(self, name: str) -> float:
        """Return a constant that is one number."""
        return float(self.entries[name]["value"])

    def row(self, name: str) -> list[float]:
        """Return a constant that is a list of numbers."""
        return [float(item) for item in self.entries[name]["value"]]

    def table(self, name: str) -> dict[Any, Any]:
        """Return a constant that is a mapping (shares by choice, amounts by year …)."""
        return dict(self.entries[name]["value"])


@cache
def load_calibration() -> Calibration:
    """Return the constants; refuse an entry without value, unit and source."""
    entries = YAML(typ="safe").load(FILE.read_text(encoding="utf-8"))
    for name, entry in entries.items():
        if set(entry) != {"value", "unit", "source"} or not str(entry["source"]).strip():
            raise ValueError(f"{FILE.name}: {name} needs exactly value, unit and source")
    return Calibration(entries)

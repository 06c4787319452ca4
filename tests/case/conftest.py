"""The embedded case, its planted truth and the script that writes it."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest
from ruamel.yaml import YAML

from dxmodels.inputs import Case, load_case

REPOSITORY = Path(__file__).resolve().parents[2]
OSAKA = REPOSITORY / "data" / "osaka"
if str(OSAKA) not in sys.path:
    sys.path.insert(0, str(OSAKA))


@pytest.fixture(scope="session")
def case() -> Case:
    return load_case("osaka")


@pytest.fixture(scope="session")
def planted() -> pd.DataFrame:
    return pd.read_csv(OSAKA / "truth" / "planted_systems.csv", dtype={"system_id": "string"}).set_index("system_id")


@pytest.fixture(scope="session")
def truth() -> dict[str, object]:
    return dict(YAML(typ="safe").load((OSAKA / "truth" / "truth.yml").read_text(encoding="utf-8")))

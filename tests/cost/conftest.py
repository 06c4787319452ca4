"""The published pilot table and the register, loaded once."""

from pathlib import Path

import pandas as pd
import pytest

from dxmodels.inputs import Register, load_register

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def pilot() -> pd.DataFrame:
    return pd.read_csv(ROOT / "data/osaka/govcloud_pilot.csv")


@pytest.fixture(scope="session")
def register() -> Register:
    return load_register()

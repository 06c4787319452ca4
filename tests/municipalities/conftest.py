"""The embedded case with published facts only, loaded once."""

from __future__ import annotations

import pytest

from dxmodels.inputs import Case, load_case


@pytest.fixture(scope="session")
def osaka() -> Case:
    return load_case("osaka", published_only=True)

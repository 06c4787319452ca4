"""The embedded case and register, loaded once."""

import pytest

from dxmodels.inputs import Case, Register, load_case, load_register


@pytest.fixture(scope="session")
def osaka() -> Case:
    return load_case("osaka")


@pytest.fixture(scope="session")
def register() -> Register:
    return load_register()

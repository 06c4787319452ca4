"""The public names of the package: at most 25, each loadable, each documented."""

import pytest

import dxmodels


def test_there_are_few() -> None:
    assert len(dxmodels.__all__) <= 25


@pytest.mark.parametrize("name", dxmodels.__all__)
def test_each_loads_and_says_what_it_answers(name: str) -> None:
    assert (getattr(dxmodels, name).__doc__ or "").strip()


def test_what_is_not_public_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute"):
        _ = dxmodels.no_such_name

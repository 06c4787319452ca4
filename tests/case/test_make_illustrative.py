"""Does the script write the same bytes again, and can it make a case of another size?"""

from __future__ import annotations

from pathlib import Path

import pytest

from dxmodels.inputs import load_case

OSAKA = Path(__file__).resolve().parents[2] / "data" / "osaka"


@pytest.mark.slow
def test_committed_tables_are_what_the_script_writes() -> None:
    from make_illustrative import main

    assert main(["--check"]) == 0


def test_check_notices_a_changed_byte(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from make_illustrative import main

    arguments = ["--municipalities", "50", "--out", str(tmp_path)]
    assert main(arguments) == 0
    assert main([*arguments, "--check"]) == 0
    staff = tmp_path / "staff.csv"
    staff.write_bytes(staff.read_bytes().replace(b"2021", b"2020", 1))
    assert main([*arguments, "--check"]) == 1
    assert "staff.csv" in capsys.readouterr().err


def test_synthetic_country_loads_and_joins(tmp_path: Path) -> None:
    from illustrative.national import check_digit
    from make_illustrative import main

    main(["--municipalities", "60", "--out", str(tmp_path / "country")])
    country = load_case(tmp_path / "country")
    bodies = country.table("municipalities")
    assert len(bodies) == bodies["municipality_code"].nunique() == 60
    assert all(code[5] == check_digit(code[:5]) for code in bodies["municipality_code"])
    assert check_digit("27100") == "4"  # 大阪市 271004
    assert len(country.table("municipal_systems")) == 60 * 20
    assert country.provenance("municipalities") == "illustrative"
    assert country.provenance("cost_bands") == "published"


def test_the_embedded_case_is_never_overwritten_by_another_size(capsys: pytest.CaptureFixture[str]) -> None:
    from make_illustrative import main

    assert main(["--municipalities", "60", "--out", str(OSAKA)]) == 2
    assert main(["--municipalities", "60"]) == 2
    assert "--out" in capsys.readouterr().err


def test_parts_and_items_add_up_to_the_yen() -> None:
    """By hand: 1,001 yen over 18 months from October falls 6 + 12; a third each of 100 is 33 + 33 + 34."""
    import datetime as dt

    from illustrative.money_parts import split_to_the_yen, up_to_thousand, yearly_parts

    parts = yearly_parts(1001, dt.date(2025, 10, 1), dt.date(2027, 3, 31))
    assert parts == {2025: 333, 2026: 668}
    assert sum(split_to_the_yen(100, {"a": 1.0, "b": 1.0, "c": 1.0}).values()) == 100
    assert split_to_the_yen(10, {"a": 0.0, "b": 1.0}) == {"b": 10}
    assert (up_to_thousand(1), up_to_thousand(1000), up_to_thousand(1000.5)) == (1000, 1000, 2000)


def test_every_constant_names_its_source() -> None:
    from illustrative.calibration import load_calibration

    entries = load_calibration().entries
    assert len(entries) > 60
    for name, entry in entries.items():
        assert len(entry["source"]) > 4, name

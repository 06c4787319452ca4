"""Which staff does each municipality hold, and what can vendors and staff carry in each year?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from illustrative.bodies import Body
from illustrative.calibration import load_calibration
from illustrative.draws import Draws
from illustrative.prefecture import BASE_FY, CATALOGUE
from illustrative.writing import read_rows

Row = dict[str, object]
_FIRST_STAFF_FY = 2021
_HORIZON = 10


def staff_rows(bodies: Sequence[Body]) -> Iterator[Row]:
    """Return the rows of ``staff``: FY2021 to the base year; external talent agrees with the published flag of 2024."""
    for body in bodies:
        draws = Draws(f"staff/{body.code}")
        level = typical_it_staff(body) * draws.around(1.0, 0.22)
        external = draws.between(*load_calibration().row("external_fte"))
        since = draws.whole(_FIRST_STAFF_FY, 2024)
        for fiscal_year in range(_FIRST_STAFF_FY, BASE_FY + 1):
            held = _half(level * 1.035 ** (fiscal_year - 2023) * draws.around(1.0, 0.05))
            leavers = sum(draws.yes(load_calibration().number("staff_leavers")) for _ in range(max(1, round(held))))
            yield {
                "municipality_code": body.code,
                "fiscal_year": fiscal_year,
                "it_staff_fte": held,
                "external_fte": round(external, 1) if body.external_talent and fiscal_year >= since else 0.0,
                "leavers_people": leavers if draws.yes(0.85) else None,
            }


def typical_it_staff(body: Body) -> float:
    """Return the expected IT staff of a body (FTE) from its general staff."""
    shape = load_calibration().table("it_staff")
    return float(shape["scale"] * body.general_staff ** shape["elasticity"])


def capacity_rows(bodies: Sequence[Body]) -> Iterator[Row]:
    """Return the rows of ``capacity``: base year to ten years on."""
    calibration, scale = load_calibration(), max(1.0, len(bodies) / 43)
    for row in read_rows(CATALOGUE / "vendor_names.csv"):
        draws = Draws(f"capacity/{row['vendor_id']}")
        base = calibration.table("vendor_parallel_moves")[row["role"]] * float(row["weight"]) * 6 * scale
        for fiscal_year, growth in _years(draws, 0.02):
            yield _capacity("vendor", row["vendor_id"], fiscal_year, float(round(base * growth)))
    for body in bodies:
        draws = Draws(f"capacity/{body.code}")
        base = typical_it_staff(body) * calibration.number("municipal_staff_free")
        for fiscal_year, growth in _years(draws, 0.0):
            yield _capacity("municipality_staff", body.code, fiscal_year, max(0.1, round(base * growth, 1)))
    yield from _shared_capacity(scale)


def _shared_capacity(scale: float) -> Iterator[Row]:
    calibration = load_calibration()
    base = calibration.number("prefecture_it_staff") * calibration.number("prefecture_staff_free")
    experts = calibration.row("shared_experts")
    for year in range(_HORIZON + 1):
        yield _capacity("prefecture_staff", "270008", BASE_FY + year, round(base * 1.02**year, 1))
        yield _capacity("shared_expert", "govtech_osaka", BASE_FY + year, round(experts[year] * scale, 1))


def _years(draws: Draws, drift: float) -> Iterator[tuple[int, float]]:
    for year in range(_HORIZON + 1):
        yield BASE_FY + year, (1 + drift) ** year * draws.around(1.0, 0.06)


def _capacity(kind: str, holder: str, fiscal_year: int, capacity: float) -> Row:
    return {"capacity_kind": kind, "holder_id": holder, "fiscal_year": fiscal_year, "capacity_fte": capacity}


def _half(value: float) -> float:
    return max(0.5, round(value * 2) / 2)

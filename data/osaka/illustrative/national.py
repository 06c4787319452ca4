"""What does a synthetic country look like, for load and scale tests? (not Japan: every body is invented)

Bodies by population band as published (1,741 in all), in 47 prefectures with valid six-digit codes; 62 shared clouds of about six small
neighbours. The national facts of the embedded case (tasks, bands, pilot …) are copied; Osaka's own facts are not.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from illustrative.bodies import Body
from illustrative.calibration import load_calibration
from illustrative.draws import Draws

Row = dict[str, object]
COPIED_TABLES = (
    "tasks", "joint_cases", "govcloud_pilot", "cost_bands", "national_contracts", "rankings", "national_series",
    "reference_projects",
)  # fmt: skip
_PREFECTURES = 47
_CLOUDS, _CLOUD_MEMBERS = 62, 6  # shared_cloud_groups: 62 groups, 379 municipalities
_SOURCE = "架空の設定（負荷試験用の合成データ。実在の団体ではない）"


def make_bodies(count: int) -> list[Body]:
    """Return ``count`` invented bodies, ordered by code, sizes in the published bands."""
    draws = Draws("national/bodies")
    populations = _populations(count, draws)
    bodies: list[Body] = []
    used: dict[tuple[int, str], int] = {}
    for index, population in enumerate(populations):
        prefecture = 1 + index % _PREFECTURES
        kind = _kind(population)
        used[prefecture, kind] = used.get((prefecture, kind), 0) + 1
        number = {"designated_city": 100, "city": 200, "town": 300, "village": 600}[kind] + used[prefecture, kind]
        bodies.append(_body(f"{prefecture:02d}{number:03d}", kind, population, draws))
    return _with_clouds(sorted(bodies, key=lambda body: body.code))


def municipality_rows(bodies: Sequence[Body]) -> list[Row]:
    """Return the rows of ``municipalities`` for the invented bodies."""
    rows: list[Row] = []
    for body in bodies:
        draws = Draws(f"national/place/{body.code}")
        rows.append(
            {
                "municipality_code": body.code,
                "name_ja": body.name_ja,
                "kind": body.kind,
                "peer_type": body.peer_type,
                "region_block": f"架空県{body.code[:2]}",
                "latitude_deg": 31.0 + 0.28 * (47 - int(body.code[:2])) + draws.between(-0.4, 0.4),
                "longitude_deg": 130.0 + 0.22 * (47 - int(body.code[:2])) + draws.between(-0.4, 0.4),
                "population_people": body.population,
                "population_65plus_people": round(body.population * draws.between(0.24, 0.44)),
                "area_km2": draws.around(90.0, 0.9),
                "fiscal_strength_index": min(draws.around(0.32 * (body.population / 20_000) ** 0.22, 0.25), 1.6),
                "standard_fiscal_scale_yen": round(body.population**0.92 * 700_000 * draws.around(1.0, 0.15) / 1000)
                * 1000,
                "general_staff_people": body.general_staff,
                "shared_cloud_group": body.cloud_group or None,
                "source": _SOURCE,
            }
        )
    return rows


def case_yml(count: int, tables: Sequence[str]) -> str:
    """Return case.yml of the synthetic case (all its own tables are illustrative)."""
    lines = [
        f"title_ja: 合成全国ケース（架空の{count:,}団体×20業務）", "base_fy: 2026", "price_fy: 2026",
        "as_of: 2026-10-31", "deadlines:", "  standardisation: 2026-03-31", "  extended_standardisation: 2031-03-31",
        "stale_after_days: inventory_stale_days", "tables:",
    ]  # fmt: skip
    for table in tables:
        copied = table in COPIED_TABLES
        source = "data/osaka の公表値の写し" if copied else "make_illustrative.py（架空の合成データ）"
        lines += [
            f"  {table}:",
            f"    provenance: {'published' if copied else 'illustrative'}",
            f"    source: {source}",
        ]
    return "\n".join(lines) + "\n"


def copied_tables(case_folder: Path) -> dict[str, bytes]:
    """Return the national facts of the embedded case, byte for byte."""
    return {f"{name}.csv": (case_folder / f"{name}.csv").read_bytes() for name in COPIED_TABLES}


def check_digit(five_digits: str) -> str:
    """Return the sixth digit of a local government code (weights 6 to 2, modulo 11, last digit of 11 − remainder)."""
    total = sum(int(digit) * weight for digit, weight in zip(five_digits, range(6, 1, -1), strict=True))
    return str((11 - total % 11) % 10)


def _populations(count: int, draws: Draws) -> list[int]:
    """Return sizes spread evenly on a log scale inside the published bands, in random order."""
    bands = load_calibration().entries["national_bands"]["value"]
    total, sizes = sum(int(bodies) for _, _, bodies in bands), list[int]()
    for low, high, bodies in bands:
        for _ in range(round(int(bodies) * count / total)):
            # weight towards the lower end of a band: small bodies are the many
            sizes.append(round(math.exp(math.log(low) + math.log(high / low) * draws.uniform() ** 1.3)))
    sizes = (sizes + [15_000] * count)[:count]
    return sorted(sizes, key=lambda _: draws.uniform())


def _kind(population: int) -> str:
    if population >= 700_000:
        return "designated_city"
    if population >= 45_000:
        return "city"
    return "town" if population >= 5_000 else "village"


def _body(five_digits: str, kind: str, population: int, draws: Draws) -> Body:
    code = five_digits + check_digit(five_digits)
    suffix = {"designated_city": "市", "city": "市", "town": "町", "village": "村"}[kind]
    peer = "政令指定都市" if kind == "designated_city" else "中核市" if population >= 250_000 else "その他"
    staff = max(20, round(0.016 * population**0.94 * draws.around(1.0, 0.15)))
    return Body(code, f"架空{five_digits}{suffix}", kind, peer, population, staff, "", draws.yes(0.3))


def _with_clouds(bodies: list[Body]) -> list[Body]:
    """Put neighbours (next codes) under 50,000 people into shared clouds of about six."""
    wanted = round(_CLOUDS * len(bodies) / 1741)
    small = [index for index, body in enumerate(bodies) if body.population < 50_000]
    step = max(len(small) // max(wanted, 1), _CLOUD_MEMBERS)
    result = list(bodies)
    for group in range(wanted):
        for index in small[group * step : group * step + _CLOUD_MEMBERS]:
            result[index] = Body(**{**vars(bodies[index]), "cloud_group": f"架空共同クラウド{group + 1:02d}"})
    return result

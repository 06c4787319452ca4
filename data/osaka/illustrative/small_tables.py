"""The short tables: departments, vendors, links between systems, digital services."""

from __future__ import annotations

from illustrative.calibration import load_calibration
from illustrative.draws import Draws
from illustrative.prefecture import CATALOGUE, PrefectureSystem, make_systems
from illustrative.writing import read_rows

Row = dict[str, object]
_LOCAL_SHARE = {"national": 0.0, "package": 0.1, "regional": 0.7, "sme": 1.0, "lease": 0.0, "cloud": 0.3}
_LIVE_SYSTEMS = {
    "national": (40, 260),
    "package": (20, 180),
    "regional": (3, 45),
    "sme": (0, 9),
    "lease": (0, 0),
    "cloud": (5, 120),
}
# hub system → share of other systems that depend on it
_HUBS = {
    "職員認証基盤": 0.42,
    "財務会計システム": 0.24,
    "行政文書管理システム": 0.10,
    "行政オンライン申請システム": 0.16,
    "人事給与システム": 0.07,
    "統合サーバ基盤": 0.22,
}
_LINK_KINDS = {"file": 0.46, "api": 0.22, "database": 0.20, "manual": 0.12}


def department_rows() -> list[Row]:
    """Return the rows of ``departments``."""
    return [dict(row) for row in read_rows(CATALOGUE / "department_names.csv")]


def vendor_rows() -> list[Row]:
    """Return the rows of ``vendors``; every name says that it is fictional."""
    rows: list[Row] = []
    for row in read_rows(CATALOGUE / "vendor_names.csv"):
        draws = Draws(f"vendor/{row['vendor_id']}")
        local = draws.yes(_LOCAL_SHARE[row["role"]])
        live = draws.whole(*_LIVE_SYSTEMS[row["role"]])
        rows.append(
            {
                "vendor_id": row["vendor_id"],
                "name_ja": row["name_ja"],
                "is_local_sme": local,
                "references_count": live if draws.yes(0.86) else None,
            }
        )
    return rows


def link_rows() -> list[Row]:
    """Return the rows of ``system_links``: hubs that many depend on, and neighbours in one department."""
    systems = make_systems()
    hubs = {system.name_ja: system for system in systems if system.name_ja in _HUBS}
    rows: dict[tuple[str, str], Row] = {}
    for system in systems:
        draws = Draws(f"links/{system.system_id}")
        wanted = [hub for name, hub in hubs.items() if draws.yes(_HUBS[name] * (1.0 if system.servers else 0.5))]
        neighbours = [other for other in systems if other.department_id == system.department_id]
        wanted += [draws.one_of(neighbours) for _ in range(draws.pick({0: 0.55, 1: 0.33, 2: 0.12}))]
        for other in wanted:
            kind = draws.pick(_LINK_KINDS)
            if _is_new(rows, system, other):
                rows[system.system_id, other.system_id] = {
                    "from_system_id": system.system_id,
                    "to_system_id": other.system_id,
                    "link_kind": kind,
                }
    return [rows[key] for key in sorted(rows)]


def _is_new(rows: dict[tuple[str, str], Row], system: PrefectureSystem, other: PrefectureSystem) -> bool:
    pair = (system.system_id, other.system_id)
    return system.system_id != other.system_id and pair not in rows and pair[::-1] not in rows


def service_rows() -> list[Row]:
    """Return the rows of ``services``, with gaps."""
    coverage = load_calibration().table("coverage_of_services")
    rows: list[Row] = []
    for name in read_rows(CATALOGUE / "service_names.csv"):
        draws = Draws(f"service/{name['service_id']}")
        cost = draws.around(float(name["cost_level_yen"]), 0.2)
        row: Row = {
            **{key: name[key] for key in ("service_id", "department_id", "channel", "name_ja", "description")},
            "annual_cost_yen": round(cost / 1000) * 1000,
            "exit_cost_yen": round(cost * draws.around(0.35, 0.5) / 1000) * 1000,
            "users_people": round(draws.around(float(name["users_people"]), 0.25)),
            "start_fy": draws.whole(2011, 2025),
        }
        rows.append({key: value if draws.yes(coverage.get(key, 1.1)) else None for key, value in row.items()})
    return rows

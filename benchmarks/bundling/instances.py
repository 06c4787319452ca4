"""Instances of Osaka's size (or the nation's) drawn from one seed: municipalities × tasks × years, offers with volume lines, scopes.

Amounts are in million yen of present value. Not the embedded case: a size and structure test for the solver, independent of any data file.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse

from dxmodels.bundling.problem import BundleProblem, Coupling

LINE_RATE = np.array([0.94, 0.86, 0.79, 0.73])  # variable price of each line of the price list
LINE_FIXED = np.array([0.0, 6.0, 19.0, 48.0])  # fixed price of each line, before scaling by the task's price level


def make_instance(
    bodies: int = 43,
    tasks: int = 20,
    years: int = 10,
    *,
    products: int = 4,
    blocks: int | None = None,
    prefecture: bool = True,
    seed: int = 7,
) -> BundleProblem:
    """Return an uncoupled problem; bundle labels task, vendor, start, scope and choice label cash (migration outlay) stand in it."""
    draw = np.random.default_rng(seed)
    residents = _residents(bodies, draw)
    blocks = blocks or (8 if bodies <= 60 else max(8, bodies // 37))
    block = draw.integers(0, blocks, bodies)
    parts = [_task(task, residents, block, blocks, years, products, prefecture, draw) for task in range(tasks)]
    return _assemble(parts, bodies, block)


def couple_by_block(problem: BundleProblem, *, tightness: float = 1.0) -> BundleProblem:
    """Return the problem with a yearly budget for each block (prefecture) and a yearly capacity of each vendor for all of them."""
    start, vendor, cash, block, cheapest = _of_choices(problem)
    years, vendors, blocks = start.max() + 1, vendor.max() + 1, block.max() + 1
    needed = np.bincount(problem.units["block"].to_numpy(), cheapest, minlength=blocks)
    ones = np.ones(problem.n_choices)
    yearly = np.ceil(tightness * 1.3 * problem.n_units / vendors / years)
    return _with_rows(
        problem,
        [
            ("budget", block * years + start, cash, np.repeat(tightness * 1.25 * needed / years, years)),
            ("vendor_year", vendor * years + start, ones, np.full(vendors * years, yearly)),
        ],
    )


def couple(problem: BundleProblem, *, tightness: float = 1.0, share_cap: float = 0.4) -> BundleProblem:
    """Return the problem with yearly budgets, staff and vendor capacity by year and a cap on each vendor's share of units."""
    start, vendor, cash, _, cheapest = _of_choices(problem)
    body = problem.units["body"].to_numpy()[problem.unit_of]
    years, vendors, bodies = start.max() + 1, vendor.max() + 1, body.max() + 1
    ones = np.ones(problem.n_choices)
    tasks = problem.n_units / bodies
    blocks = [
        ("budget", start, cash, np.full(years, tightness * 1.25 * cheapest.sum() / years)),
        ("staff", body * years + start, ones, np.full(bodies * years, np.ceil(tightness * tasks / years * 2))),
        (
            "vendor_year",
            vendor * years + start,
            ones,
            np.full(vendors * years, np.ceil(tightness * 1.3 * problem.n_units / vendors / years)),
        ),
        ("vendor_share", vendor, ones, np.full(vendors, share_cap * problem.n_units)),
    ]
    return _with_rows(problem, blocks)


def _of_choices(problem: BundleProblem) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Start year, vendor, outlay and block of every choice; least outlay of every unit."""
    start, vendor = (problem.bundles[name].to_numpy()[problem.bundle_of] for name in ("start", "vendor"))
    cash = problem.choice_labels["cash"].astype(float)
    cheapest = np.full(problem.n_units, np.inf)
    np.minimum.at(cheapest, problem.unit_of, cash)
    return start, vendor, cash, problem.units["block"].to_numpy()[problem.unit_of], cheapest


def _with_rows(problem: BundleProblem, blocks: list[tuple[str, np.ndarray, np.ndarray, np.ndarray]]) -> BundleProblem:
    names, rows, rhs = [], [], []
    for name, key, value, right in blocks:
        rows.append(
            sparse.csr_matrix((value, (key, np.arange(problem.n_choices))), shape=(len(right), problem.n_choices))
        )
        rhs.append(right)
        names += [f"{name}_{k}" for k in range(len(right))]
    matrix = sparse.vstack(rows, format="csr")
    empty = sparse.csr_matrix((len(names), problem.n_bundles))
    return problem.with_coupling(Coupling(tuple(names), matrix, empty, np.concatenate(rhs), np.ones(len(names))))


def _residents(bodies: int, draw: np.random.Generator) -> np.ndarray:
    if bodies != 43:
        return np.clip(draw.lognormal(10.2, 1.35, bodies), 200, 3.7e6) / 1000
    rest = np.sort(draw.lognormal(11.5, 0.8, 41))[::-1]
    return np.concatenate([[2752, 826], rest * (8838 - 3578) / rest.sum()])


def _task(
    task: int,
    residents: np.ndarray,
    block: np.ndarray,
    blocks: int,
    years: int,
    products: int,
    prefecture: bool,
    draw: np.random.Generator,
) -> dict[str, np.ndarray]:
    bodies = len(residents)
    level, fixed = draw.uniform(0.15, 1.0), draw.uniform(2.0, 8.0)
    price = draw.uniform(0.9, 1.12, products)
    end, incumbent = draw.integers(1, years - 2, bodies), draw.integers(0, products, bodies)
    volume = level * residents**0.85
    today = (1.3 * fixed + 1.15 * volume) * draw.uniform(0.9, 1.35, bodies)
    move = (4 + 0.55 * level * residents**0.8) * draw.uniform(0.8, 1.4, bodies)
    discount = 1.02 ** -np.arange(years)
    remaining = np.array([discount[t:].sum() for t in range(years)])
    scopes = (
        [(-1, np.arange(bodies))]
        + ([(0, np.arange(bodies))] if prefecture else [])
        + [(g + 1, np.flatnonzero(block == g)) for g in range(blocks)]
    )
    unit, bundle, cost, cash, heads, costs = [], [], [], [], [], []
    count = 0
    for t in range(years):
        allowed = (t >= end - 3) & (t <= end + 1)
        late = np.where(np.arange(t)[:, None] >= end, 1.15, 1.0)
        before = (today * late * discount[:t, None]).sum(0) + np.where(t < end, 0.3 * (end - t) * today, 0) * discount[
            t
        ]
        for p in range(products):
            switching = move * np.where(incumbent == p, 0.6, 1.0) * discount[t]
            for scope, who in scopes:
                who = who[allowed[who]]
                if len(who) < (1 if scope < 0 else 2):
                    continue
                grant = 0.0 if scope < 0 or t > 3 else 0.25
                for k in range(1 if scope < 0 else len(LINE_RATE)):
                    outlay = switching[who] * (1 if scope < 0 else (1 - grant) * 0.9)
                    running = price[p] * volume[who] * (1 if scope < 0 else LINE_RATE[k])
                    running = running + (fixed if scope < 0 else (1.2 if scope == 0 else 0.5) + 0.25 * fixed)
                    opening = (
                        0.0
                        if scope < 0
                        else remaining[t] * (fixed * (1.8 if scope == 0 else 1.5) + LINE_FIXED[k] * level)
                    )
                    unit.append(who), bundle.append(np.full(len(who), count)), cash.append(outlay)
                    cost.append(before[who] + outlay + remaining[t] * running)
                    heads.append((task, scope, p, t, k)), costs.append(opening)
                    count += 1
    columns = [np.concatenate(part) for part in (unit, bundle, cost, cash)]
    kept = _worth_keeping(columns, np.array(costs) == 0)
    return {
        "unit": columns[0][kept] + task * bodies,
        "bundle": columns[1][kept],
        "cost": columns[2][kept],
        "cash": columns[3][kept],
        "heads": np.array(heads),
        "fixed": np.array(costs),
    }


def _worth_keeping(columns: list[np.ndarray], alone: np.ndarray, slack: float = 1.03) -> np.ndarray:
    """Choices dearer than going alone by more than 3 % even without their share of the fixed cost are left out, as a builder would."""
    unit, bundle, cost, _ = columns
    best = np.full(unit.max() + 1, np.inf)
    np.minimum.at(best, unit[alone[bundle]], cost[alone[bundle]])
    return cost <= slack * best[unit]


def _assemble(parts: list[dict[str, np.ndarray]], bodies: int, block: np.ndarray) -> BundleProblem:
    offset = np.concatenate([[0], np.cumsum([len(part["fixed"]) for part in parts])])
    unit = np.concatenate([part["unit"] for part in parts])
    bundle = np.concatenate([part["bundle"] + start for part, start in zip(parts, offset[:-1], strict=True)])
    cost, cash = (np.concatenate([part[name] for part in parts]) for name in ("cost", "cash"))
    heads = np.concatenate([part["heads"] for part in parts])
    fixed = np.concatenate([part["fixed"] for part in parts])
    order = np.lexsort((bundle, unit))
    body = np.arange(bodies * len(parts)) % bodies
    units = pd.DataFrame({"unit_id": np.arange(len(body)), "body": body, "block": block[body]})
    bundles = pd.DataFrame(heads, columns=["task", "scope", "vendor", "start", "line"])
    bundles.insert(0, "bundle_id", np.arange(len(bundles)))
    n_bundles = len(fixed)
    return BundleProblem(
        units=units, bundles=bundles, unit_of=unit[order], bundle_of=bundle[order], cost=cost[order], load=np.ones(len(order)),
        fixed_cost=fixed, capacity=np.full(n_bundles, np.inf), min_units=np.ones(n_bundles), max_units=np.full(n_bundles, np.inf),
        coupling=Coupling.empty(len(order), n_bundles), choice_labels={"cash": cash[order]}, money_unit="百万円",
    )  # fmt: skip

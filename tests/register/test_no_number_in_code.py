"""No number in code that a planner may question: it belongs in data/assumptions with its source."""

from pathlib import Path

import pytest
from number_rule import ROOT, exceptions, is_allowed, package_literals, questionable

CURE = """
Each of these numbers is written in code. Choose one:
  1. it is a figure of the field (a share, price, period, threshold, effect): put it into data/assumptions/<topic>.yml with
     source, as-of date and grade, and read it with register.value("name");
  2. it is a setting of a method (tolerance, iterations, draws, what to show): name it in a module constant whose name says so
     (…_TOLERANCE, …_ITERATIONS, …_DRAWS, …_SHOWN; the list is TECHNICAL_WORDS in tests/register/number_rule.py);
  3. it is a constant or setting of a published method: add it with the reason to a list of your own,
     tests/register/allowed_numbers_<room>.yml:
         dxmodels/<room>/<file>.py:
           - numbers: [0.58, 0.9]      # or: all, for a file that holds a published table
             why: random index of Saaty (1980), table 3.1
"""
LITERALS = list(package_literals())


def test_no_unsourced_number_in_code() -> None:
    bad = [literal for literal in LITERALS if not is_allowed(literal)]
    assert not bad, CURE + "\n".join(map(str, bad))


def test_every_exception_has_a_reason_and_a_file() -> None:
    bare = [f"{file}: {numbers}" for file, numbers, why in exceptions() if len(why) < len("a reason in words")]
    gone = [file for file, _, _ in exceptions() if not (ROOT / file).is_file()]
    assert bare == [], "say why"
    assert gone == [], "the file is gone: remove it from allowed_numbers*.yml"


def test_no_exception_is_held_that_is_no_longer_needed() -> None:
    there = {(literal.file, literal.value) for literal in LITERALS}
    stale = [
        f"{f}: {n}" for f, numbers, _ in exceptions() if numbers != "all" for n in numbers if (f, float(n)) not in there
    ]
    assert stale == [], "no longer in the code: remove it from allowed_numbers*.yml"


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("cost = total * 0.3", 0.3),
        ("PREMIUM = 0.164", 0.164),
        ("multiplier: float = 1.6", 1.6),
        ("def f(years: int = 5): ...", 5),
        ("if notice_days < 40: pass", 40),
        ("share = Decimal('0.55')", 0.55),
        ("rates = {'a': [1, 2, 0.16]}", 0.16),
        ("solve(problem, discount_rate=0.04)", 0.04),
        ("x = -0.25", 0.25),
        ("y = round(0.27 * cost, 2)", 0.27),
        ("budget_yen = 250_000_000", 250_000_000),
        ("z = np.quantile(values * 1.1, 0.95)", 1.1),
        ("def f(premium_rate: float = 0.164, *, level: float = 0.95): ...", 0.164),
        ("few = members_count < 5", 5),
        ("half = 0.5 + premium", 0.5),
        ("late = day.month >= 4 and days > 40", 40),
    ],
)
def test_the_rule_catches(line: str, number: float) -> None:
    assert [literal.value for literal in questionable(line, file="room.py")] == [number]


@pytest.mark.parametrize(
    "line",
    [
        "_ROOT_TOLERANCE = 3e-2",
        "gap = 1e-6",
        "x = (a - b) ** 0.5 * 2 / 100 + 1",
        "months = years * 12",
        "million_yen = yen / 1_000_000",
        "p95 = np.quantile(values, [0.05, 0.5, 0.95])",
        "z = stats.norm.ppf(0.975)",
        "text = words[3:7]",
        "start = dt.date(year, 4, 1)",
        "shown = round(share, 4)",
        "low, high = np.quantile(x, [0.5 - level / 2, 0.5 + level / 2])",
        "few = len(rows) < 5 or cube.ndim != 3",
        "first = day.year if day.month >= 4 else day.year - 1",
        "def f(x, *, level: float = 0.95, resamples: int = 500): ...",
        "first_fy = 2026",
        "draws = 8192",
        '"""0.3 in a docstring, 1.6 too."""',
        "message = f'{share:.3f} は 0.3 未満'",
    ],
)
def test_the_rule_lets_through(line: str) -> None:
    assert questionable(line, file="room.py") == []


def test_in_figures_only_reference_lines_are_looked_at() -> None:
    source = "ax.text(0.3, 0.4, 's', fontsize=7)\nax.axhline(1.6, color='k')\nax.axvline(0)\n"
    assert [literal.value for literal in questionable(source, file="f.py", layout=True)] == [1.6]


def test_the_package_is_really_scanned() -> None:
    files = {path.name for path in (ROOT / "dxmodels").rglob("*.py")}
    assert {"money.py", "fiscal.py"} <= files
    assert Path(ROOT / "dxmodels").is_dir()

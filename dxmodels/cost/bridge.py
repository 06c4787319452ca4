"""How do initial budget, supplementary budget, contract and settlement follow from each other, to the yen?

Sets        rows = system × fiscal year × cost item; complete rows have budget, contract and settlement (a blank supplement is zero)
Identity    initial + supplement = current budget; + (contract - current budget) = contract; + (settlement - contract) = settlement
Ties        every level of the bridge equals the sum over items and over systems; complete and incomplete rows add up to the whole
            table; control totals (決算書, 予算書) must agree where they are given. A failed tie raises ``TieError``.
Rows that lack a stage are never filled in: they stand below the bridge with their number and their sums.
What it leaves out: why a row moved (that is in the change contracts), carried-over budgets (繰越) unless they stand in the table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from dxmodels.cost.checks import require_columns, require_tie
from dxmodels.errors import ModelError
from dxmodels.fiscal import era_year
from dxmodels.money import format_amount, format_rate

STAGES: tuple[str, ...] = ("budget_yen", "supplement_yen", "contract_yen", "settled_yen")
STAGE_JA: dict[str, str] = {
    "budget_yen": "当初予算",
    "supplement_yen": "補正予算",
    "contract_yen": "契約額",
    "settled_yen": "決算額",
}
_KEYS = ("system_id", "fiscal_year", "cost_item")
# step, Japanese name, is it a level (bar from zero) or a change (floating bar)
_STEPS: tuple[tuple[str, str, bool], ...] = (
    ("budget", "当初予算", True),
    ("supplement", "補正", False),
    ("current_budget", "予算現額", True),
    ("contract_margin", "契約による増減", False),
    ("contract", "契約額", True),
    ("after_contract", "契約後の増減", False),
    ("settled", "決算額", True),
)


@dataclass(frozen=True, eq=False)
class BudgetBridge:
    """The bridge of one fiscal year and what could not be bridged.

    ``steps``: step, name_ja, is_level, amount_yen. ``by_item``: the four stages by cost item. ``incomplete``: rows that lack a stage.
    """

    steps: pd.DataFrame
    by_item: pd.DataFrame
    incomplete: pd.DataFrame
    fiscal_year: int
    rows_count: int
    systems_count: int

    def amount_yen(self, step: str) -> int:
        """Return the amount of one step (budget, supplement, current_budget, contract_margin, contract, after_contract, settled)."""
        return int(self.steps.set_index("step")["amount_yen"][step])

    @property
    def settled_to_budget_rate(self) -> float:
        """Settlement divided by the initial budget."""
        return self.amount_yen("settled") / self.amount_yen("budget")

    def to_frame(self) -> pd.DataFrame:
        """Return the steps as a planner reads them (E09): levels and the changes between them."""
        kinds = self.steps["is_level"].map({True: "額", False: "増減"})
        return self.steps[["name_ja"]].assign(bridge_kind_ja=kinds, amount_yen=self.steps["amount_yen"])

    def summary(self) -> str:
        """Return the bridge as Japanese sentences."""
        text = (
            f"{era_year(self.fiscal_year)}は、当初予算{format_amount(self.amount_yen('budget'))}に対し"
            f"契約額{format_amount(self.amount_yen('contract'))}、決算額{format_amount(self.amount_yen('settled'))}"
            f"（当初予算比{format_rate(self.settled_to_budget_rate)}）。{self.systems_count}システム・{self.rows_count:,}行が円単位で一致。"
        )
        if len(self.incomplete):
            text += f"段階の欠けた{len(self.incomplete)}行は接続せず、別に示す。"
        return text


def bridge_budget_to_settlement(
    spending: pd.DataFrame, *, fiscal_year: int | None = None, control_totals: Mapping[str, int] | None = None
) -> BudgetBridge:
    """Return the bridge of ``fiscal_year`` (default: the latest year with a settlement) from the table ``spending``.

    ``control_totals``: stage (budget_yen, supplement_yen, contract_yen, settled_yen) → total of the year by another document, over
    all rows. Raises TieError where anything fails to agree to the yen, ModelError where the year holds no complete row.
    """
    require_columns(spending, (*_KEYS, *STAGES), "経費")
    year = _latest_settled(spending) if fiscal_year is None else fiscal_year
    rows = spending.loc[spending["fiscal_year"] == year, [*_KEYS, *STAGES]].copy()
    _refuse_duplicates(rows)
    complete = rows.dropna(subset=["budget_yen", "contract_yen", "settled_yen"]).fillna({"supplement_yen": 0})
    if complete.empty or not int(complete["budget_yen"].sum()):
        raise ModelError(f"{era_year(year)}に予算・契約・決算がそろった行がありません。別の年度を指定してください。")
    incomplete = rows.loc[rows.index.difference(complete.index)]
    by_item = _by(complete, "cost_item")
    _check_ties(rows, complete, incomplete, by_item, control_totals or {})
    return BudgetBridge(
        steps=_step_table(complete),
        by_item=by_item,
        incomplete=incomplete.reset_index(drop=True),
        fiscal_year=year,
        rows_count=len(complete),
        systems_count=int(complete["system_id"].nunique()),
    )


def bridge_by_year(spending: pd.DataFrame) -> pd.DataFrame:
    """Return the four stages of every fiscal year that has complete rows, with coverage (rows bridged of all rows)."""
    rows = []
    for year in sorted(int(value) for value in spending["fiscal_year"].dropna().unique()):
        try:
            bridge = bridge_budget_to_settlement(spending, fiscal_year=year)
        except ModelError as error:
            if type(error) is not ModelError:  # a failed tie stops the run; a year without settlement does not
                raise
            continue
        levels = {f"{step}_yen": bridge.amount_yen(step) for step in ("budget", "supplement", "contract", "settled")}
        total = bridge.rows_count + len(bridge.incomplete)
        rows.append({"fiscal_year": year, **levels, "rows_count": total, "bridged_share": bridge.rows_count / total})
    return pd.DataFrame(rows)


def _latest_settled(spending: pd.DataFrame) -> int:
    settled = spending.loc[spending["settled_yen"].notna(), "fiscal_year"]
    if settled.empty:
        raise ModelError("決算額のある行がありません。経費の表の settled_yen を記入してください。")
    return int(settled.max())


def _refuse_duplicates(rows: pd.DataFrame) -> None:
    twice = rows[rows.duplicated(list(_KEYS))]
    if len(twice):
        first = twice.iloc[0]
        raise ModelError(
            f"経費の表に同じ行が{len(twice)}件重複しています（例：{first['system_id']}・{first['cost_item']}）。"
            "システム・年度・経費項目ごとに1行にしてください。"
        )


def _by(rows: pd.DataFrame, key: str) -> pd.DataFrame:
    return rows.groupby(key, as_index=False, observed=True)[list(STAGES)].sum().astype(dict.fromkeys(STAGES, "int64"))


def _check_ties(
    rows: pd.DataFrame,
    complete: pd.DataFrame,
    incomplete: pd.DataFrame,
    by_item: pd.DataFrame,
    control_totals: Mapping[str, int],
) -> None:
    by_system = _by(complete, "system_id")
    for stage in STAGES:
        total = int(complete[stage].sum())
        require_tie(
            f"{STAGE_JA[stage]}の内訳",
            {
                "行の合計": total,
                "経費項目別の合計": int(by_item[stage].sum()),
                "システム別の合計": int(by_system[stage].sum()),
            },
        )
        whole = int(rows[stage].sum())
        require_tie(
            f"{STAGE_JA[stage]}の全体",
            {"全行の合計": whole, "接続した行と欠測のある行": total + int(incomplete[stage].sum())},
        )
        if stage in control_totals:
            require_tie(f"{STAGE_JA[stage]}の総額", {"経費の表": whole, "照合する総額": int(control_totals[stage])})


def _step_table(complete: pd.DataFrame) -> pd.DataFrame:
    budget, supplement, contract, settled = (int(complete[stage].sum()) for stage in STAGES)
    amounts = {
        "budget": budget,
        "supplement": supplement,
        "current_budget": budget + supplement,
        "contract_margin": contract - budget - supplement,
        "contract": contract,
        "after_contract": settled - contract,
        "settled": settled,
    }
    changes = amounts["supplement"] + amounts["contract_margin"] + amounts["after_contract"]
    require_tie("予算から決算までの橋", {"決算額": settled, "当初予算と増減の合計": budget + changes})
    return pd.DataFrame(
        [(step, name, is_level, amounts[step]) for step, name, is_level in _STEPS],
        columns=["step", "name_ja", "is_level", "amount_yen"],
    )

"""Does a small decision tree tell the same story as the boxes?

A classification tree (CART; Breiman, Friedman, Olshen & Stone 1984, by scikit-learn) of depth 2 or 3 over the draws: each leaf is a rule with its
coverage, density and mass. A second opinion on the boxes of ``find_boxes``: where both name the same inputs, the sentence is safer.

What it leaves out: trees split greedily and are unstable on few draws; leaves partition the space, so one region may be cut in two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy.typing as npt
import pandas as pd
from sklearn.tree import DecisionTreeClassifier

from dxmodels.consolidation.discovery import Mask, checked_marks
from dxmodels.consolidation.table_doors import CATEGORY_SIGN, open_categories
from dxmodels.errors import ModelError
from dxmodels.money import format_rate


@dataclass(frozen=True, eq=False)
class ScenarioTree:
    """A classification tree of depth 2 or 3 as a second opinion on the boxes: one row a leaf."""

    leaves: pd.DataFrame
    depth: int

    def to_frame(self) -> pd.DataFrame:
        """Return one row a leaf: rule, coverage, density, mass; the densest first."""
        return self.leaves.copy()

    def summary(self) -> str:
        """Return the densest leaf in Japanese."""
        leaf = self.leaves.iloc[0]
        return f"決定木（深さ{self.depth}）で最も該当率が高いのは「{leaf['rule']}」（該当率{format_rate(float(leaf['density_share']))}、被覆率{format_rate(float(leaf['coverage_share']))}）。"


def grow_scenario_tree(
    inputs: pd.DataFrame | npt.ArrayLike,
    is_of_interest: Sequence[bool] | pd.Series | Mask,
    *,
    depth: int,
    minimum_mass: float = 0.05,
    units: dict[str, str] | None = None,
) -> ScenarioTree:
    """Return a classification tree (CART, Breiman et al. 1984, by scikit-learn) of ``depth`` 2 or 3 over the same data as ``find_boxes``.

    ``units`` by input stand behind the limits of the rules. Raises ModelError on another depth and on what ``find_boxes`` cannot read either.
    """
    if depth not in (2, 3):
        raise ModelError(f"決定木の深さ {depth} は 2 か 3 にしてください（それより深い木は一文で説明できません）。")
    inputs = open_categories(inputs, what="入力の表", column="入力")
    points, marks = checked_marks(inputs, is_of_interest)
    tree = DecisionTreeClassifier(max_depth=depth, min_samples_leaf=minimum_mass, random_state=0).fit(points, marks)
    leaf_of = tree.apply(points)
    rows = []
    for leaf, rule in _leaf_rules(tree, [str(name) for name in inputs.columns], units or {}).items():
        inside = leaf_of == leaf
        rows.append(
            {
                "rule": rule or "（条件なし）",
                "coverage_share": float(marks[inside].sum() / marks.sum()),
                "density_share": float(marks[inside].mean()),
                "mass_share": float(inside.mean()),
            }
        )
    leaves = pd.DataFrame(rows).sort_values("density_share", ascending=False, kind="stable", ignore_index=True)
    return ScenarioTree(leaves, depth)


def _leaf_rules(tree: DecisionTreeClassifier, names: list[str], units: dict[str, str]) -> dict[int, str]:
    structure = tree.tree_
    rules: dict[int, str] = {}
    pending: list[tuple[int, list[str]]] = [(0, [])]
    while pending:
        node, conditions = pending.pop()
        if structure.children_left[node] == -1:
            rules[node] = "、かつ".join(conditions)
            continue
        name, threshold = names[structure.feature[node]], structure.threshold[node]
        limit = f"{threshold:.4g}{units.get(name, '')}"
        below, above = f"{name}が{limit}以下", f"{name}が{limit}を超える"
        if CATEGORY_SIGN in name:
            given, category = name.split(CATEGORY_SIGN, 1)
            below, above = f"{given}が「{category}」以外", f"{given}が「{category}」"
        pending.append((structure.children_left[node], [*conditions, below]))
        pending.append((structure.children_right[node], [*conditions, above]))
    return rules

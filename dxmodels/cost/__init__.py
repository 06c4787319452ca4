"""What does a system cost over its life, and what would turn the answer?

Whole life (``whole_life``), scale (``scale``), peers (``outliers``), Government Cloud (``govcloud``), switching values (``switching``),
budget to settlement (``bridge``, ``optimism``), overruns and their tail (``overrun``, ``portfolio_tail``), the portfolio (``portfolio``).
"""

from __future__ import annotations

from dxmodels.cost.bridge import BudgetBridge, bridge_budget_to_settlement, bridge_by_year
from dxmodels.cost.checks import require_tie
from dxmodels.cost.commitments import profile_commitments
from dxmodels.cost.contract_tie import ContractTie, tie_contracts_to_spending
from dxmodels.cost.from_case import (
    ReplacementEstimates,
    estimate_municipal_scale,
    estimate_system_scale,
    replacement_estimates,
    summarize_bands,
    turn_cloud_comparison,
)
from dxmodels.cost.govcloud import CloudComparison, compare_government_cloud
from dxmodels.cost.govcloud_conditions import CloudConditions, read_cloud_conditions
from dxmodels.cost.govcloud_sensitivity import (
    CLOUD_ASSUMPTIONS,
    compare_cloud_conditions,
    compare_under_register,
    compare_with_multiples,
    government_cloud_difference,
)
from dxmodels.cost.local_share import net_one_off_share, split_local_share
from dxmodels.cost.optimism import OptimismBias, estimate_optimism_bias
from dxmodels.cost.outliers import CostOutliers, find_cost_outliers, read_peer_params
from dxmodels.cost.overrun import (
    OverrunParams,
    check_calibration,
    check_overruns,
    compare_caps,
    draw_overruns,
    fit_overruns,
    overrun_quantile,
)
from dxmodels.cost.peers import PeerParams
from dxmodels.cost.portfolio_tail import PortfolioTail, compare_tail_settings, evaluate_portfolio_tail
from dxmodels.cost.scale import ScaleCurve, estimate_scale
from dxmodels.cost.scale_bands import compare_with_bands
from dxmodels.cost.switching import SwitchingValue, switching_value
from dxmodels.cost.tornado import Tornado, rank_by_flip
from dxmodels.cost.whole_life import WHOLE_LIFE_ASSUMPTIONS, WholeLifeCost, WholeLifeParams, estimate_whole_life
from dxmodels.errors import TieError

__all__ = [
    "CLOUD_ASSUMPTIONS",
    "WHOLE_LIFE_ASSUMPTIONS",
    "BudgetBridge",
    "CloudComparison",
    "CloudConditions",
    "ContractTie",
    "CostOutliers",
    "OptimismBias",
    "OverrunParams",
    "PeerParams",
    "PortfolioTail",
    "ReplacementEstimates",
    "ScaleCurve",
    "SwitchingValue",
    "TieError",
    "Tornado",
    "WholeLifeCost",
    "WholeLifeParams",
    "bridge_budget_to_settlement",
    "bridge_by_year",
    "check_calibration",
    "check_overruns",
    "compare_caps",
    "compare_cloud_conditions",
    "compare_government_cloud",
    "compare_tail_settings",
    "compare_under_register",
    "compare_with_bands",
    "compare_with_multiples",
    "draw_overruns",
    "estimate_municipal_scale",
    "estimate_optimism_bias",
    "estimate_scale",
    "estimate_system_scale",
    "estimate_whole_life",
    "evaluate_portfolio_tail",
    "find_cost_outliers",
    "fit_overruns",
    "government_cloud_difference",
    "net_one_off_share",
    "overrun_quantile",
    "profile_commitments",
    "rank_by_flip",
    "read_cloud_conditions",
    "read_peer_params",
    "replacement_estimates",
    "require_tie",
    "split_local_share",
    "summarize_bands",
    "switching_value",
    "tie_contracts_to_spending",
    "turn_cloud_comparison",
]

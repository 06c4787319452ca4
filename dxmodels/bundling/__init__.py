"""Who should buy together, when, from which offer, and who pays?"""

from dxmodels.bundling.alternatives import PlanPool, StandardPlans, near_optimal_plans, standard_plans
from dxmodels.bundling.build import build_problem
from dxmodels.bundling.certificate import Verification, verify_plan
from dxmodels.bundling.departments import DepartmentOverlap, departments_overlap, renewal_matrix
from dxmodels.bundling.dependence import dependence_before_after, purchases_with_legal_form
from dxmodels.bundling.explain import Conflict, RulePrices, explain_infeasibility, price_rules
from dxmodels.bundling.game import CostGame
from dxmodels.bundling.nobody_loses import FairPlan, plan_without_losers
from dxmodels.bundling.optimize import optimize_bundles
from dxmodels.bundling.params import BundleParams
from dxmodels.bundling.participation import Participation, backtest_uptake, participation_of, project_uptake
from dxmodels.bundling.plan import BundlePlan, Certificate
from dxmodels.bundling.plan_shares import PlanShares, share_plan
from dxmodels.bundling.problem import BundleProblem, Coupling
from dxmodels.bundling.rules import Rule, apply_rules, rules_from, rules_of_option
from dxmodels.bundling.sharing import CostShares, largest_equal_share, net_of_relief, share_costs
from dxmodels.bundling.stability import Stability, check_stability

__all__ = [
    "BundleParams",
    "BundlePlan",
    "BundleProblem",
    "Certificate",
    "Conflict",
    "CostGame",
    "CostShares",
    "Coupling",
    "DepartmentOverlap",
    "FairPlan",
    "Participation",
    "PlanPool",
    "PlanShares",
    "Rule",
    "RulePrices",
    "Stability",
    "StandardPlans",
    "Verification",
    "apply_rules",
    "backtest_uptake",
    "build_problem",
    "check_stability",
    "departments_overlap",
    "dependence_before_after",
    "explain_infeasibility",
    "largest_equal_share",
    "near_optimal_plans",
    "net_of_relief",
    "optimize_bundles",
    "participation_of",
    "plan_without_losers",
    "price_rules",
    "project_uptake",
    "purchases_with_legal_form",
    "renewal_matrix",
    "rules_from",
    "rules_of_option",
    "share_costs",
    "share_plan",
    "standard_plans",
    "verify_plan",
]

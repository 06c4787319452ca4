"""What will it cost in the coming years, between which bounds, and along which path?"""

from dxmodels.lockin.forecast.door import forecast_costs
from dxmodels.lockin.forecast.frozen import FrozenBacktest, backtest_frozen
from dxmodels.lockin.forecast.paths import PathComparison, compare_paths
from dxmodels.lockin.forecast.result import CostForecast

__all__ = ["CostForecast", "FrozenBacktest", "PathComparison", "backtest_frozen", "compare_paths", "forecast_costs"]

"""What happens, year by year, under each promotion structure, and how sure can we be?"""

from __future__ import annotations

from dxmodels.consolidation.calibration import CALIBRATION_ASSUMPTIONS, CapacityCalibration, calibrate_capacity
from dxmodels.consolidation.cash_flow import MovePlan, net_present_cost
from dxmodels.consolidation.dependencies import Dependencies, trace_dependencies
from dxmodels.consolidation.discovery import Box, BoxSearch, find_boxes
from dxmodels.consolidation.earlier import EarlierResults
from dxmodels.consolidation.entity import ENTITY_ASSUMPTIONS, EntityCase, project_entity
from dxmodels.consolidation.fleet import Fleet, build_fleet
from dxmodels.consolidation.information import InformationValue, value_of_information
from dxmodels.consolidation.joint_operation import OPERATION_ASSUMPTIONS, JointOperation, evaluate_joint_operation
from dxmodels.consolidation.reading import (
    DecisionReading,
    compare_scenarios,
    difference_sensitivity,
    flip_tornado,
    read_decision,
)
from dxmodels.consolidation.regret import RegretTable, regret_table
from dxmodels.consolidation.result import SimulationResult
from dxmodels.consolidation.roadmap import Roadmap, plan_roadmap
from dxmodels.consolidation.scenario_tree import ScenarioTree, grow_scenario_tree
from dxmodels.consolidation.sensitivity import SobolIndices, sobol_indices
from dxmodels.consolidation.servers import SERVER_ASSUMPTIONS, ServerConsolidation, consolidate_servers
from dxmodels.consolidation.settings import ASSUMPTIONS as SIMULATION_ASSUMPTIONS
from dxmodels.consolidation.simulation import simulate

__all__ = [
    "CALIBRATION_ASSUMPTIONS",
    "ENTITY_ASSUMPTIONS",
    "OPERATION_ASSUMPTIONS",
    "SERVER_ASSUMPTIONS",
    "SIMULATION_ASSUMPTIONS",
    "Box",
    "BoxSearch",
    "CapacityCalibration",
    "DecisionReading",
    "Dependencies",
    "EarlierResults",
    "EntityCase",
    "Fleet",
    "InformationValue",
    "JointOperation",
    "MovePlan",
    "RegretTable",
    "Roadmap",
    "ScenarioTree",
    "ServerConsolidation",
    "SimulationResult",
    "SobolIndices",
    "build_fleet",
    "calibrate_capacity",
    "compare_scenarios",
    "consolidate_servers",
    "difference_sensitivity",
    "evaluate_joint_operation",
    "find_boxes",
    "flip_tornado",
    "grow_scenario_tree",
    "net_present_cost",
    "plan_roadmap",
    "project_entity",
    "read_decision",
    "regret_table",
    "simulate",
    "sobol_indices",
    "trace_dependencies",
    "value_of_information",
]

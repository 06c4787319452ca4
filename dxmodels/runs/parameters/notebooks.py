"""Which parameters has each notebook? One class a notebook, at most six fields, defaults that run in seconds.

The parameter cell of ``notebooks/<name>.ipynb`` lists the same names with the same defaults, one a line (a test compares them).
"""

from __future__ import annotations

from typing import ClassVar

from dxmodels.runs.parameters.kinds import (
    CaseName,
    Effort,
    FiscalYear,
    MunicipalityCode,
    OptionName,
    Parameters,
    PublishedOnly,
    QuotationId,
    ScenarioName,
    Seed,
    SystemId,
)


class DataParameters(Parameters):
    """00_data: what do we hold, and is it good enough to say so?"""

    notebook: ClassVar[str] = "00_data"
    case: CaseName = "osaka"
    published_only: PublishedOnly = False


class KarteParameters(Parameters):
    """10_karte: one page per system of the prefecture."""

    notebook: ClassVar[str] = "10_karte"
    case: CaseName = "osaka"
    scenario: ScenarioName = "base"
    system_id: SystemId = None
    fiscal_year: FiscalYear = 2026
    published_only: PublishedOnly = False


class CostParameters(Parameters):
    """20_cost: what does it cost over its life, and what would turn the answer?"""

    notebook: ClassVar[str] = "20_cost"
    case: CaseName = "osaka"
    scenario: ScenarioName = "base"
    fiscal_year: FiscalYear = 2026
    seed: Seed = 2026
    effort: Effort = "draft"
    published_only: PublishedOnly = False


class QuotationParameters(Parameters):
    """21_quotation: does a vendor's quotation stand up, and what must the vendor be asked?"""

    notebook: ClassVar[str] = "21_quotation"
    case: CaseName = "osaka"
    quotation_id: QuotationId = None
    fiscal_year: FiscalYear = 2026
    published_only: PublishedOnly = False


class LockinParameters(Parameters):
    """30_lockin: who is locked in, what does it cost, when to leave?"""

    notebook: ClassVar[str] = "30_lockin"
    case: CaseName = "osaka"
    scenario: ScenarioName = "base"
    fiscal_year: FiscalYear = 2026
    seed: Seed = 2026
    effort: Effort = "draft"
    published_only: PublishedOnly = False


class BundlesParameters(Parameters):
    """40_bundles: who should buy together, when, from which offer, and who pays?"""

    notebook: ClassVar[str] = "40_bundles"
    case: CaseName = "osaka"
    scenario: ScenarioName = "base"
    option: OptionName = "status_quo"
    seed: Seed = 2026
    effort: Effort = "draft"
    published_only: PublishedOnly = False


class ConsolidationParameters(Parameters):
    """50_consolidation: what happens, year by year, under each promotion structure?"""

    notebook: ClassVar[str] = "50_consolidation"
    case: CaseName = "osaka"
    scenario: ScenarioName = "base"
    option: OptionName = "status_quo"
    seed: Seed = 2026
    effort: Effort = "draft"
    published_only: PublishedOnly = False


class MunicipalityParameters(Parameters):
    """60_municipality: divide, staff, standardisation and cloud move; of one municipality or (None) of all."""

    notebook: ClassVar[str] = "60_municipality"
    case: CaseName = "osaka"
    scenario: ScenarioName = "base"
    municipality_code: MunicipalityCode = None
    fiscal_year: FiscalYear = 2026
    seed: Seed = 2026
    published_only: PublishedOnly = False


class BriefParameters(Parameters):
    """61_brief: two A4 pages for one municipality, or (None) for each of them."""

    notebook: ClassVar[str] = "61_brief"
    case: CaseName = "osaka"
    scenario: ScenarioName = "base"
    municipality_code: MunicipalityCode = None
    fiscal_year: FiscalYear = 2026
    seed: Seed = 2026
    published_only: PublishedOnly = False


class MovePlanParameters(Parameters):
    """62_move_plan: who moves when, who helps, what it costs."""

    notebook: ClassVar[str] = "62_move_plan"
    case: CaseName = "osaka"
    scenario: ScenarioName = "base"
    fiscal_year: FiscalYear = 2026
    seed: Seed = 2026
    published_only: PublishedOnly = False


class ServicesParameters(Parameters):
    """70_services: which digital services are duplicated; does the data-linkage platform pay?"""

    notebook: ClassVar[str] = "70_services"
    case: CaseName = "osaka"
    scenario: ScenarioName = "base"
    fiscal_year: FiscalYear = 2026
    seed: Seed = 2026
    effort: Effort = "draft"
    published_only: PublishedOnly = False


class PanelParameters(Parameters):
    """80_panel: what do the experts say, and does the ranking hold?"""

    notebook: ClassVar[str] = "80_panel"
    case: CaseName = "osaka"
    scenario: ScenarioName = "base"
    option: OptionName = "status_quo"
    seed: Seed = 2026
    effort: Effort = "draft"
    published_only: PublishedOnly = False


class SummaryParameters(Parameters):
    """90_final_summary: joins what the other notebooks recorded."""

    notebook: ClassVar[str] = "90_final_summary"
    case: CaseName = "osaka"
    scenario: ScenarioName = "base"
    option: OptionName = "status_quo"
    seed: Seed = 2026
    published_only: PublishedOnly = False


SCHEMAS: dict[str, type[Parameters]] = {
    schema.notebook: schema
    for schema in (
        DataParameters,
        KarteParameters,
        CostParameters,
        QuotationParameters,
        LockinParameters,
        BundlesParameters,
        ConsolidationParameters,
        MunicipalityParameters,
        BriefParameters,
        MovePlanParameters,
        ServicesParameters,
        PanelParameters,
        SummaryParameters,
    )
}

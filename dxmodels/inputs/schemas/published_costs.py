"""Which published facts are about buying and cost: joint procurements already made, the pilot, cost by size, national contracts, reference projects?"""

from __future__ import annotations

from dxmodels.inputs.schemas.columns import column, table

COST_ITEMS = (
    "operation_work",
    "hardware_maintenance_work",
    "other_outsourcing",
    "hardware_lease",
    "hardware_maintenance_fee",
    "software_lease",
    "software_maintenance",
    "data_centre",
    "network_lines",
    "cloud_usage",
)
ONE_OFF = "one_off"

_SOURCE = column("text", "出典", "Source of the row's figures")

JOINT_PROCUREMENTS = table(
    "joint_procurements",
    "府内の共同調達・共同利用の実績",
    "Joint procurements and shared operation already made in Osaka",
    {
        "joint_id": column("code", "ID", "Identifier"),
        "group_ja": column("text", "主体", "Group or body"),
        "service_ja": column("text", "対象", "What was bought or shared"),
        "is_information_system": column("boolean", "情報システムか", "Is it an information system"),
        "contract_fy": column("fiscal_year", "年度", "Fiscal year", nullable=True),
        "start_text": column("text", "開始", "Start, as published", nullable=True),
        "initial_members_count": column(
            "integer", "当初参加団体数", "Members at the start", unit="団体", minimum=1, nullable=True
        ),
        "vendor_ja": column("text", "事業者", "Vendor", nullable=True),
        "effect_ja": column("text", "公表された効果", "Effect as published", nullable=True),
        "confidence": column("choice", "確度", "Confidence", choices=("A", "B")),
        "note": column("text", "注", "Note", nullable=True),
        "source": _SOURCE,
    },
    key=["joint_id"],
)

JOINT_MEMBERS = table(
    "joint_members",
    "共同調達の参加団体（名前の公表分）",
    "Members of joint procurements, where names are published",
    {
        "joint_id": column("code", "ID", "Joint procurement"),
        "municipality_code": column("code", "団体コード（6桁）", "Member"),
        "joined_wave": column("choice", "参加時期", "Initial member or later", choices=("initial", "later")),
        "source": _SOURCE,
    },
    key=["joint_id", "municipality_code"],
    references={"joint_id": "joint_procurements.joint_id", "municipality_code": "municipalities.municipality_code"},
)

JOINT_UPTAKE = table(
    "joint_uptake",
    "共同調達の参加団体数の推移",
    "Members of joint procurements over time",
    {
        "uptake_id": column("text", "系列", "Series (chat, e-application …)"),
        "service_ja": column("text", "対象", "Service"),
        "service_class": column("choice", "類型", "Light SaaS or core system", choices=("light_saas", "core_system")),
        "as_of_date": column("date", "時点", "Date"),
        "members_count": column("integer", "参加団体数", "Members", unit="団体", minimum=0),
        "eligible_count": column("integer", "対象団体数", "Eligible municipalities", unit="団体", minimum=1),
        "source": _SOURCE,
    },
    key=["uptake_id", "as_of_date"],
)

JOINT_CASES = table(
    "joint_cases",
    "全国の共同調達事例",
    "Joint procurements elsewhere in Japan",
    {
        "case_id": column("code", "ID", "Identifier"),
        "name_ja": column("text", "事例", "Case"),
        "members_count": column("integer", "参加団体数", "Members", unit="団体", minimum=1),
        "population_people": column("integer", "人口", "Population", unit="人", nullable=True, minimum=0),
        "scope_ja": column("text", "対象", "Scope"),
        "horizon_years": column("number", "期間", "Horizon", unit="年", nullable=True, minimum=0),
        "baseline_yen": column("yen", "単独の場合の費用", "Cost alone", unit="円", nullable=True, minimum=0),
        "joint_yen": column("yen", "共同の場合の費用", "Cost together", unit="円", nullable=True, minimum=0),
        "saving_rate": column("number", "削減率", "Saving", unit="割合", nullable=True, minimum=-1, maximum=1),
        "basis_ja": column("text", "根拠の性格", "Basis (planned, claimed, contract …)"),
        "source": _SOURCE,
    },
    key=["case_id"],
)

GOVCLOUD_PILOT = table(
    "govcloud_pilot",
    "ガバメントクラウド先行事業（5年間の運用経費）",
    "Government Cloud pilot: five-year running cost by cost item",
    {
        "cost_item": column("choice", "経費項目", "Cost item", choices=COST_ITEMS),
        "name_ja": column("text", "経費項目名", "Cost item in Japanese"),
        "current_yen": column("yen", "現行システム", "Current system at the pilot's rate", unit="円", minimum=0),
        "government_cloud_yen": column(
            "yen", "ガバメントクラウド", "Government Cloud at the pilot's rate", unit="円", minimum=0
        ),
        "current_at_139_yen": column(
            "yen", "現行（1ドル139円）", "Current system at 139 yen per dollar", unit="円", minimum=0
        ),
        "government_cloud_at_139_yen": column(
            "yen", "ガバメントクラウド（1ドル139円）", "Government Cloud at 139 yen per dollar", unit="円", minimum=0
        ),
        "source": _SOURCE,
    },
    key=["cost_item"],
)

COST_BANDS = table(
    "cost_bands",
    "人口段階別の1人当たり情報システム経費（全国）",
    "Published cost per resident by population band",
    {
        "band_id": column("code", "段階", "Band"),
        "name_ja": column("text", "段階名", "Band in Japanese"),
        "population_from_people": column("integer", "人口（以上）", "Population from", unit="人", minimum=0),
        "population_below_people": column("integer", "人口（未満）", "Population below", unit="人", nullable=True),
        "bodies_count": column("integer", "団体数", "Bodies", unit="団体", minimum=1, nullable=True),
        "cost_per_person_yen": column(
            "number", "1人当たり経費", "Cost per resident a year", unit="円", nullable=True, minimum=0
        ),
        "cost_total_yen": column("yen", "総額", "Total", unit="円", nullable=True, minimum=0),
        "survey_fy": column("fiscal_year", "年度", "Fiscal year"),
        "source": _SOURCE,
    },
    key=["band_id"],
)

NATIONAL_CONTRACTS = table(
    "national_contracts",
    "国の情報システム契約の実態",
    "What real information-system contracts of the state show",
    {
        "statistic_id": column("text", "統計量", "Statistic"),
        "name_ja": column("text", "名称", "Name"),
        "statistic_value": column("number", "値", "Value"),
        "low95_value": column("number", "95％下限", "Lower 95 %", nullable=True),
        "high95_value": column("number", "95％上限", "Upper 95 %", nullable=True),
        "observations_count": column("integer", "件数", "Observations", unit="件", minimum=1),
        "unit": column("text", "単位", "Unit"),
        "meaning_ja": column("text", "意味", "Meaning"),
        "source": _SOURCE,
    },
    key=["statistic_id"],
)

REFERENCE_PROJECTS = table(
    "reference_projects",
    "共同化・大規模更新の実績（比較対象）",
    "Outcomes of shared bodies and large renewals, for reference classes",
    {
        "reference_id": column("code", "ID", "Identifier"),
        "name_ja": column("text", "事例", "Case"),
        "reference_class": column("choice", "類型", "Class", choices=("overrun", "shared_entity", "delay", "staff")),
        "measure_ja": column("text", "尺度", "Measure"),
        "reference_value": column("number", "値", "Value"),
        "low_value": column("number", "下限", "Low", nullable=True),
        "high_value": column("number", "上限", "High", nullable=True),
        "unit": column("text", "単位", "Unit"),
        "year_text": column("text", "時点", "Year"),
        "confidence": column("choice", "確度", "Confidence", choices=("high", "medium", "low")),
        "source": _SOURCE,
    },
    key=["reference_id"],
)

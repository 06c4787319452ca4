"""Tables of published facts: municipalities, tasks, joint procurements already made, the pilot, rankings, context."""

from __future__ import annotations

from dxmodels.inputs.schemas.columns import TableSpec, column, table

MUNICIPALITY_KINDS = ("designated_city", "city", "town", "village")
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

MUNICIPALITIES = table(
    "municipalities",
    "市町村",
    "Municipalities",
    {
        "municipality_code": column("code", "団体コード（6桁）", "Local government code with check digit"),
        "name_ja": column("text", "団体名", "Name"),
        "kana": column("text", "よみ", "Reading", nullable=True),
        "name_en": column("text", "団体名（英語）", "Name in English", nullable=True),
        "kind": column("choice", "種別", "Kind", choices=MUNICIPALITY_KINDS),
        "peer_type": column("text", "類似団体区分", "Peer group of the Ministry (類似団体)", nullable=True),
        "region_block": column("text", "地域ブロック", "Region block"),
        "latitude_deg": column(
            "number", "庁舎の緯度", "Latitude of the hall", unit="度", minimum=20, maximum=46, nullable=True
        ),
        "longitude_deg": column(
            "number", "庁舎の経度", "Longitude of the hall", unit="度", minimum=122, maximum=154, nullable=True
        ),
        "tile_column": column("integer", "タイル地図の列", "Column in the tile map", minimum=0, nullable=True),
        "tile_row": column("integer", "タイル地図の行", "Row in the tile map", minimum=0, nullable=True),
        "population_people": column(
            "integer", "人口（国勢調査2020年）", "Census population 2020", unit="人", minimum=1
        ),
        "population_65plus_people": column(
            "integer", "65歳以上人口（2020年）", "People of 65 and older, 2020", unit="人", minimum=0, nullable=True
        ),
        "area_km2": column("number", "面積（2020年）", "Area 2020", unit="km²", minimum=0, nullable=True),
        "fiscal_strength_index": column(
            "number", "財政力指数（2021年度）", "Fiscal strength index FY2021", minimum=0, nullable=True
        ),
        "standard_fiscal_scale_yen": column(
            "yen", "標準財政規模（2020年度）", "Standard fiscal scale FY2020", unit="円", minimum=0, nullable=True
        ),
        "general_staff_people": column(
            "integer",
            "一般行政部門職員数（2024年）",
            "General-administration staff 2024",
            unit="人",
            minimum=0,
            nullable=True,
        ),
        "shared_cloud_group": column("text", "既存の共同クラウド", "Existing shared core cloud", nullable=True),
        "source": _SOURCE,
    },
    key=["municipality_code"],
)
MUNICIPALITY_SERIES = table(
    "municipality_series",
    "市町村の公表系列",
    "Published series by municipality (population, finance, staff, DX dashboard items)",
    {
        "municipality_code": column("code", "団体コード（6桁）", "Local government code"),
        "indicator_id": column("text", "指標", "Indicator (see indicators)"),
        "as_of": column("text", "時点", "Date or year the figure refers to"),
        "indicator_value": column("number", "値", "Value in the indicator's unit", nullable=True),
        "source": _SOURCE,
    },
    key=["municipality_code", "indicator_id", "as_of"],
    references={"municipality_code": "municipalities.municipality_code", "indicator_id": "indicators.indicator_id"},
)
INDICATORS = table(
    "indicators",
    "指標の定義",
    "Definitions of the published indicators",
    {
        "indicator_id": column("text", "指標", "Indicator"),
        "name_ja": column("text", "名称", "Name"),
        "definition_ja": column("text", "定義", "Definition"),
        "unit": column("text", "単位", "Unit"),
        "denominator_ja": column("text", "分母", "Denominator", nullable=True),
        "domain": column(
            "choice",
            "領域",
            "Domain",
            choices=("population", "finance", "staff", "governance", "people", "technology", "service"),
        ),
        "better": column("choice", "望ましい向き", "Which direction is better", choices=("higher", "lower", "neutral")),
        "source": _SOURCE,
    },
    key=["indicator_id"],
)
TASKS = table(
    "tasks",
    "標準化20業務",
    "The 20 standardised tasks",
    {
        "task": column("code", "業務コード", "Task code (T01 to T20)"),
        "task_number": column("integer", "番号", "Number in the cabinet order", minimum=1),
        "name_ja": column("text", "業務名", "Name"),
        "name_en": column("text", "業務名（英語）", "Name in English"),
        "source": _SOURCE,
    },
    key=["task"],
)
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
RANKINGS = table(
    "rankings",
    "国際・国内の順位",
    "International and national rankings",
    {
        "ranking_ja": column("text", "調査", "Ranking"),
        "survey_year_number": column("integer", "年", "Year", minimum=1990),
        "body_ja": column("text", "国・団体", "Country or body"),
        "place_rank": column("integer", "順位", "Rank", minimum=1),
        "among_count": column("integer", "対象数", "Among", nullable=True, minimum=1),
        "ranking_score": column("number", "得点", "Score", nullable=True),
        "source": _SOURCE,
    },
    key=["ranking_ja", "survey_year_number", "body_ja"],
)
CONTEXT = table(
    "context",
    "経緯・予算・体制",
    "Organisation, budgets and dates",
    {
        "context_id": column("code", "ID", "Identifier"),
        "date_text": column("text", "時点", "Date as published"),
        "fact_ja": column("text", "事実", "Fact"),
        "fact_value": column("number", "値", "Value", nullable=True),
        "unit": column("text", "単位", "Unit", nullable=True),
        "source": _SOURCE,
    },
    key=["context_id"],
)
NATIONAL_SERIES = table(
    "national_series",
    "全国の系列（標準化の遅れ・為替・物価）",
    "National series: late standardisation, exchange rate, prices",
    {
        "series_id": column("text", "系列", "Series"),
        "name_ja": column("text", "名称", "Name"),
        "as_of": column("text", "時点", "Date or year"),
        "series_value": column("number", "値", "Value"),
        "low_value": column("number", "下限", "Low", nullable=True),
        "high_value": column("number", "上限", "High", nullable=True),
        "unit": column("text", "単位", "Unit"),
        "source": _SOURCE,
    },
    key=["series_id", "as_of"],
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
PLAN_ITEMS = table(
    "plan_items",
    "計画の課題・方策と図表の対応",
    "Every need of the plan with the decisions and exhibits that answer it",
    {
        "item_id": column("code", "ID", "Identifier"),
        "team": column("choice", "検討チーム", "Team", choices=("府庁DX", "市町村DX", "制度・あり方", "共通")),
        "part": column(
            "choice", "区分", "Part of the plan", choices=("課題", "方向性", "対策", "基盤", "体制", "比較", "日程")
        ),
        "need_ja": column("text", "課題・必要（要旨）", "Need in our own words"),
        "measure_ja": column("text", "対策", "Measure", nullable=True),
        "effect_ja": column("text", "効果", "Effect", nullable=True),
        "indicator_ja": column("text", "指標", "Outcome indicator", nullable=True),
        "decisions": column("text", "意思決定（D01;D02…）", "Decisions, separated by ;"),
        "exhibits": column("text", "図表（E01;E02…）", "Exhibits, separated by ;"),
        "source": _SOURCE,
    },
    key=["item_id"],
)

PUBLISHED: tuple[TableSpec, ...] = (
    MUNICIPALITIES, MUNICIPALITY_SERIES, INDICATORS, TASKS, JOINT_PROCUREMENTS, JOINT_MEMBERS, JOINT_UPTAKE, JOINT_CASES,
    GOVCLOUD_PILOT, COST_BANDS, NATIONAL_CONTRACTS, RANKINGS, CONTEXT, NATIONAL_SERIES, REFERENCE_PROJECTS, PLAN_ITEMS,
)  # fmt: skip

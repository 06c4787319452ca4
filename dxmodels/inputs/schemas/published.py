"""Which published facts are about municipalities, tasks and plans: figures, indicators, rankings, context?"""

from __future__ import annotations

from dxmodels.inputs.schemas.columns import TableSpec, column, table
from dxmodels.inputs.schemas.published_costs import (
    COST_BANDS,
    GOVCLOUD_PILOT,
    JOINT_CASES,
    JOINT_MEMBERS,
    JOINT_PROCUREMENTS,
    JOINT_UPTAKE,
    NATIONAL_CONTRACTS,
    REFERENCE_PROJECTS,
)

MUNICIPALITY_KINDS = ("designated_city", "city", "town", "village")

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

"""What the owners hold and keep running: departments, systems, services, staff, capacity.

In the embedded case these tables are illustrative (架空); a user's own files of the same shape take their place.
"""

from __future__ import annotations

from dxmodels.inputs.schemas.columns import TableSpec, column, table
from dxmodels.inputs.schemas.purchases import BIDS, CONTRACTS, MUNICIPAL_SPENDING, OFFERS, SPENDING, VENDORS

HOSTING = ("own_server", "shared_server", "private_cloud", "public_cloud", "government_cloud", "saas")
RIGHTS = ("owner", "vendor", "shared")
MIGRATION_STATES = ("legacy", "migrating", "government_cloud", "other_standard", "shared_entity")
SPECIAL_SUPPORT_REASONS = ("mainframe", "bespoke", "no_product", "vendor_resources")
CHANNELS = ("sns", "app", "ai", "web", "reservation", "open_data", "other")
CAPACITY_KINDS = ("vendor", "municipality_staff", "prefecture_staff", "shared_expert")

_AS_OF = column("date", "時点", "As-of date of the row", nullable=True)

DEPARTMENTS = table(
    "departments",
    "部局",
    "Departments of the prefecture",
    {
        "department_id": column("code", "部局ID", "Department"),
        "name_ja": column("text", "部局名", "Name"),
        "staff_people": column("integer", "職員数", "Staff", unit="人", minimum=0, nullable=True),
    },
    key=["department_id"],
)

SYSTEMS = table(
    "systems",
    "情報システム台帳（府）",
    "Inventory of the prefecture's information systems",
    {
        "system_id": column("code", "システムID", "System"),
        "name_ja": column("text", "システム名", "Name"),
        "description_ja": column("text", "概要（1行）", "What it does, in one line", nullable=True),
        "department_id": column("code", "所管部局", "Department"),
        "system_kind": column("text", "種類", "Kind of system (CMS, GIS, reservation …)"),
        "legal_basis_ja": column("text", "根拠法令", "Legal basis", nullable=True),
        "owner_ja": column("text", "管理責任者（職名）", "Owner (post)", nullable=True),
        "users_people": column("integer", "利用者数", "Users", unit="人", minimum=0, nullable=True),
        "start_fy": column("fiscal_year", "稼働開始年度", "First year of operation", nullable=True),
        "vendor_id": column("code", "現行事業者", "Incumbent vendor", nullable=True),
        "hosting": column("choice", "設置形態", "Hosting", choices=HOSTING, nullable=True),
        "annual_cost_yen": column(
            "yen", "年間運用経費（税込）", "Yearly running cost, tax in", unit="円", minimum=0, nullable=True
        ),
        "replacement_cost_yen": column(
            "yen", "更新・移行の見積額（税込）", "Cost to replace, tax in", unit="円", minimum=0, nullable=True
        ),
        "contract_end_date": column("date", "契約終了日", "End of the running contract", nullable=True),
        "customisation_rate": column(
            "number",
            "カスタマイズ率",
            "Customised share of functions",
            unit="割合",
            minimum=0,
            maximum=1,
            nullable=True,
        ),
        "source_rights": column("choice", "著作権の帰属", "Who holds the source rights", choices=RIGHTS, nullable=True),
        "has_escrow": column("boolean", "ソースの預託", "Source in escrow", nullable=True),
        "has_break_clause": column("boolean", "中途解約条項", "Break clause", nullable=True),
        "export_format_ja": column("text", "データ出力形式", "Format of data export", nullable=True),
        "export_test_date": column("date", "最終データ出力試験日", "Last export test", nullable=True),
        "has_interface_documents": column("boolean", "連携仕様書の有無", "Interface documents exist", nullable=True),
        "own_staff_can_explain": column(
            "boolean", "職員が仕様を説明できるか", "Own staff able to explain it", nullable=True
        ),
        "end_of_support_date": column("date", "基盤のサポート終了日", "End of support", nullable=True),
        "standard_package_exists": column("boolean", "標準的な製品の有無", "A standard package exists", nullable=True),
        "business_value_score": column(
            "number", "業務価値（1〜5）", "Business value", unit="点", minimum=1, maximum=5, nullable=True
        ),
        "technical_fit_score": column(
            "number", "技術適合（1〜5）", "Technical fit", unit="点", minimum=1, maximum=5, nullable=True
        ),
        "server_count": column("integer", "サーバ台数", "Servers", unit="台", minimum=0, nullable=True),
        "cpu_mean_rate": column(
            "number", "CPU使用率（平均）", "Mean CPU use", unit="割合", minimum=0, maximum=1, nullable=True
        ),
        "cpu_p95_rate": column(
            "number", "CPU使用率（95％点）", "P95 of CPU use", unit="割合", minimum=0, maximum=1, nullable=True
        ),
        "staff_effort_fte": column(
            "number", "運用に要する職員", "Staff effort to run it", unit="人", minimum=0, nullable=True
        ),
        "as_of_date": _AS_OF,
    },
    key=["system_id"],
    references={"department_id": "departments.department_id", "vendor_id": "vendors.vendor_id"},
)

SYSTEM_LINKS = table(
    "system_links",
    "システム間連携",
    "Dependencies between systems",
    {
        "from_system_id": column("code", "連携元", "System that depends"),
        "to_system_id": column("code", "連携先", "System it depends on"),
        "link_kind": column("choice", "連携方法", "How", choices=("file", "api", "database", "manual")),
    },
    key=["from_system_id", "to_system_id"],
    references={"from_system_id": "systems.system_id", "to_system_id": "systems.system_id"},
)

MUNICIPAL_SYSTEMS = table(
    "municipal_systems",
    "市町村の業務システム（団体×20業務）",
    "Municipal systems: municipality × task",
    {
        "municipality_code": column("code", "団体コード（6桁）", "Municipality"),
        "task": column("code", "業務コード", "Task"),
        "vendor_id": column("code", "現行事業者", "Incumbent vendor", nullable=True),
        "product_id": column("code", "製品", "Product", nullable=True),
        "hosting": column("choice", "設置形態", "Hosting", choices=HOSTING, nullable=True),
        "shared_group": column("text", "共同利用の枠組み", "Shared operation group", nullable=True),
        "start_fy": column("fiscal_year", "稼働開始年度", "First year", nullable=True),
        "contract_end_fy": column("fiscal_year", "契約終了年度", "Last fiscal year of the contract", nullable=True),
        "annual_cost_yen": column(
            "yen", "年間運用経費（税込）", "Yearly running cost, tax in", unit="円", minimum=0, nullable=True
        ),
        "migration_cost_yen": column(
            "yen", "移行経費の見積（税込）", "Migration cost, tax in", unit="円", minimum=0, nullable=True
        ),
        "customisation_rate": column(
            "number", "カスタマイズ率", "Customised share", unit="割合", minimum=0, maximum=1, nullable=True
        ),
        "migration_state": column("choice", "移行状況", "State of the move", choices=MIGRATION_STATES, nullable=True),
        "progress_steps_count": column(
            "integer",
            "移行工程の進捗（40工程中）",
            "Steps done of 40",
            unit="工程",
            minimum=0,
            maximum=40,
            nullable=True,
        ),
        "special_support_reason": column(
            "choice", "特定移行支援の理由", "Reason for special support", choices=SPECIAL_SUPPORT_REASONS, nullable=True
        ),
        "as_of_date": _AS_OF,
    },
    key=["municipality_code", "task"],
    references={
        "municipality_code": "municipalities.municipality_code",
        "task": "tasks.task",
        "vendor_id": "vendors.vendor_id",
    },
)

SERVICES = table(
    "services",
    "デジタルサービス（SNS・アプリ・AI等）",
    "Digital services of the departments",
    {
        "service_id": column("code", "サービスID", "Service"),
        "department_id": column("code", "所管部局", "Department"),
        "channel": column("choice", "種別", "Channel", choices=CHANNELS),
        "name_ja": column("text", "名称", "Name"),
        "description": column("text", "概要（1行）", "Description in one line"),
        "annual_cost_yen": column(
            "yen", "年間経費（税込）", "Yearly cost, tax in", unit="円", minimum=0, nullable=True
        ),
        "exit_cost_yen": column(
            "yen", "廃止・統合の経費（税込）", "Cost to leave, tax in", unit="円", minimum=0, nullable=True
        ),
        "users_people": column("integer", "利用者数", "Users", unit="人", minimum=0, nullable=True),
        "start_fy": column("fiscal_year", "開始年度", "First year", nullable=True),
    },
    key=["service_id"],
    references={"department_id": "departments.department_id"},
)

STAFF = table(
    "staff",
    "デジタル担当職員",
    "IT staff by municipality and fiscal year",
    {
        "municipality_code": column("code", "団体コード（6桁）", "Municipality"),
        "fiscal_year": column("fiscal_year", "年度", "Fiscal year"),
        "it_staff_fte": column("number", "情報担当職員", "IT staff", unit="人", minimum=0, nullable=True),
        "external_fte": column("number", "外部人材", "External talent", unit="人", minimum=0, nullable=True),
        "leavers_people": column("integer", "異動・退職", "Leavers", unit="人", minimum=0, nullable=True),
    },
    key=["municipality_code", "fiscal_year"],
    references={"municipality_code": "municipalities.municipality_code"},
)

CAPACITY = table(
    "capacity",
    "能力（事業者・職員）",
    "Capacity by year: vendors and staff",
    {
        "capacity_kind": column("choice", "種類", "Whose capacity", choices=CAPACITY_KINDS),
        "holder_id": column("code", "保有者", "Vendor, municipality code or prefecture"),
        "fiscal_year": column("fiscal_year", "年度", "Fiscal year"),
        "capacity_fte": column(
            "number", "能力", "Capacity (staff) or parallel migrations (vendor)", unit="人・件", minimum=0
        ),
    },
    key=["capacity_kind", "holder_id", "fiscal_year"],
)

HOLDINGS: tuple[TableSpec, ...] = (
    DEPARTMENTS, VENDORS, SYSTEMS, SYSTEM_LINKS, MUNICIPAL_SYSTEMS, CONTRACTS, BIDS, SPENDING, MUNICIPAL_SPENDING, OFFERS,
    SERVICES, STAFF, CAPACITY,
)  # fmt: skip

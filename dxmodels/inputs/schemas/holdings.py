"""Tables the owners keep themselves: systems, contracts, bids, spending, offers, services, staff, capacity.

In the embedded case they are illustrative (架空); a user's own files of the same shape take their place.
"""

from __future__ import annotations

from dxmodels.inputs.schemas.columns import TableSpec, column, table
from dxmodels.inputs.schemas.published import COST_ITEMS, ONE_OFF

CONTRACT_METHODS = ("一般競争", "指名競争", "総合評価", "公募型プロポーザル", "随意契約")
COMPETITIVE_METHODS = ("一般競争", "指名競争", "総合評価")
CONTRACT_KINDS = ("initial", "renewal", "change")
CONTRACT_SCOPES = ("operation", "lease", "development")
HOSTING = ("own_server", "shared_server", "private_cloud", "public_cloud", "government_cloud", "saas")
RIGHTS = ("owner", "vendor", "shared")
MIGRATION_STATES = ("legacy", "migrating", "government_cloud", "other_standard", "shared_entity")
SPECIAL_SUPPORT_REASONS = ("mainframe", "bespoke", "no_product", "vendor_resources")
BID_STATUSES = ("valid", "declined", "disqualified", "late")
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
VENDORS = table(
    "vendors",
    "事業者",
    "Vendors",
    {
        "vendor_id": column("code", "事業者ID", "Vendor"),
        "name_ja": column("text", "事業者名", "Name"),
        "is_local_sme": column(
            "boolean", "府内中小企業か", "Small or medium enterprise of the prefecture", nullable=True
        ),
        "references_count": column(
            "integer", "稼働実績数", "Live reference systems", unit="件", minimum=0, nullable=True
        ),
    },
    key=["vendor_id"],
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
CONTRACTS = table(
    "contracts",
    "契約",
    "Contracts",
    {
        "contract_id": column("code", "契約ID", "Contract"),
        "system_id": column("code", "システムID（府）", "Prefectural system", nullable=True),
        "municipality_code": column("code", "団体コード（市町村）", "Municipality", nullable=True),
        "task": column("code", "業務コード（市町村）", "Task", nullable=True),
        "title_ja": column("text", "件名", "Title", nullable=True),
        "contract_kind": column("choice", "種別", "Initial, renewal or change", choices=CONTRACT_KINDS),
        "contract_scope": column(
            "choice",
            "契約の対象（運用・賃貸借・開発）",
            "What is bought: operation, lease or development",
            choices=CONTRACT_SCOPES,
            required=False,
        ),
        "parent_contract_id": column("code", "元の契約ID", "Contract that this one changes or follows", nullable=True),
        "contract_fy": column("fiscal_year", "契約年度", "Fiscal year of award"),
        "contract_method": column("choice", "契約方式", "Method", choices=CONTRACT_METHODS, nullable=True),
        "method_detail_ja": column(
            "text", "方式の細目・随意契約の根拠", "Method detail or legal ground", nullable=True
        ),
        "announced_date": column("date", "公告日", "Date announced", nullable=True),
        "opening_date": column("date", "開札日", "Opening of bids", nullable=True),
        "start_date": column("date", "履行開始日", "Start", nullable=True),
        "end_date": column("date", "履行終了日", "End", nullable=True),
        "bidders_count": column("integer", "応札者数", "Bidders", unit="者", minimum=0, nullable=True),
        "valid_bids_count": column("integer", "有効な入札の数", "Valid bids", unit="者", minimum=0, nullable=True),
        "ceiling_yen": column("yen", "予定価格（税込）", "Ceiling price, tax in", unit="円", minimum=0, nullable=True),
        "award_yen": column("yen", "契約金額（税込）", "Award, tax in", unit="円", minimum=0, nullable=True),
        "tax_included": column("boolean", "税込か", "Amounts include tax"),
        "vendor_id": column("code", "契約相手方", "Contractor", nullable=True),
        "names_brand": column("boolean", "仕様書に製品名指定", "Brand named in the specification", nullable=True),
    },
    key=["contract_id"],
    references={
        "system_id": "systems.system_id",
        "municipality_code": "municipalities.municipality_code",
        "task": "tasks.task",
        "vendor_id": "vendors.vendor_id",
        "parent_contract_id": "contracts.contract_id",
    },
)
BIDS = table(
    "bids",
    "入札",
    "Bids: one row a bidder",
    {
        "contract_id": column("code", "契約ID", "Contract"),
        "vendor_id": column("code", "入札者", "Bidder"),
        "bid_yen": column("yen", "入札金額（税込）", "Bid, tax in", unit="円", minimum=0, nullable=True),
        "bid_status": column("choice", "結果区分", "Status", choices=BID_STATUSES),
        "is_winner": column("boolean", "落札", "Winner"),
    },
    key=["contract_id", "vendor_id"],
    references={"contract_id": "contracts.contract_id", "vendor_id": "vendors.vendor_id"},
)
SPENDING = table(
    "spending",
    "経費（システム×年度×経費項目）",
    "Spending by system, fiscal year and cost item",
    {
        "system_id": column("code", "システムID", "System"),
        "fiscal_year": column("fiscal_year", "年度", "Fiscal year"),
        "cost_item": column("choice", "経費項目", "Cost item", choices=(*COST_ITEMS, ONE_OFF)),
        "budget_yen": column("yen", "当初予算（税込）", "Initial budget, tax in", unit="円", minimum=0, nullable=True),
        "supplement_yen": column("yen", "補正（税込、減額は負）", "Supplementary budget", unit="円", nullable=True),
        "contract_yen": column("yen", "契約額（税込）", "Contracted", unit="円", minimum=0, nullable=True),
        "settled_yen": column("yen", "決算額（税込）", "Settled", unit="円", minimum=0, nullable=True),
    },
    key=["system_id", "fiscal_year", "cost_item"],
    references={"system_id": "systems.system_id"},
)
MUNICIPAL_SPENDING = table(
    "municipal_spending",
    "市町村の経費（団体×業務×年度）",
    "Municipal spending by task and fiscal year",
    {
        "municipality_code": column("code", "団体コード（6桁）", "Municipality"),
        "task": column("code", "業務コード", "Task"),
        "fiscal_year": column("fiscal_year", "年度", "Fiscal year"),
        "running_yen": column("yen", "運用経費（税込）", "Running cost, tax in", unit="円", minimum=0, nullable=True),
        "one_off_yen": column("yen", "一時経費（税込）", "One-off cost, tax in", unit="円", minimum=0, nullable=True),
    },
    key=["municipality_code", "task", "fiscal_year"],
    references={"municipality_code": "municipalities.municipality_code", "task": "tasks.task"},
)
OFFERS = table(
    "offers",
    "事業者の提案（共同調達の選択肢）",
    "Offers of vendors for joint procurement; one row a volume line (lower envelope)",
    {
        "offer_id": column("code", "提案ID", "Offer"),
        "line_number": column("integer", "料金段階", "Line of the price list", minimum=1),
        "vendor_id": column("code", "事業者", "Vendor"),
        "product_id": column("code", "製品", "Product"),
        "unit_kind": column(
            "choice", "対象", "Municipal task or department system kind", choices=("task", "system_kind")
        ),
        "unit_key": column("text", "業務コードまたは種類", "Task code or system kind"),
        "fixed_cost_yen": column("yen", "固定費（年、税込）", "Fixed cost a year, tax in", unit="円", minimum=0),
        "variable_cost_yen": column(
            "number", "従量費（年、1人当たり、税込）", "Variable cost a year per resident or user", unit="円", minimum=0
        ),
        "member_fee_yen": column(
            "yen",
            "加入団体ごとの定額（年、税込）",
            "Yearly fee of each member, tax in; blank = none",
            unit="円",
            minimum=0,
            required=False,
        ),
        "onboarding_yen": column(
            "yen", "参加時の導入費（1団体、税込）", "Onboarding per member, tax in", unit="円", minimum=0
        ),
        "members_min_count": column("integer", "最少参加数", "Fewest members", unit="団体", minimum=1, nullable=True),
        "members_max_count": column("integer", "最大参加数", "Most members", unit="団体", minimum=1, nullable=True),
        "member_max_people": column(
            "integer",
            "加入できる団体の最大人口",
            "Largest member served (residents or users); blank = no limit",
            unit="人",
            minimum=1,
            required=False,
        ),
        "first_start_fy": column("fiscal_year", "提供開始年度", "First start year", nullable=True),
        "last_start_fy": column("fiscal_year", "受付終了年度", "Last start year", nullable=True),
    },
    key=["offer_id", "line_number"],
    references={"vendor_id": "vendors.vendor_id"},
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

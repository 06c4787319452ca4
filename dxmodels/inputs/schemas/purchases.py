"""What is bought, from whom, how and for how much: vendors, contracts, bids, spending, offers.

In the embedded case these tables are illustrative (架空); a user's own files of the same shape take their place.
"""

from __future__ import annotations

from dxmodels.inputs.schemas.columns import column, table
from dxmodels.inputs.schemas.published_costs import COST_ITEMS, ONE_OFF

CONTRACT_METHODS = ("一般競争", "指名競争", "総合評価", "公募型プロポーザル", "随意契約")
COMPETITIVE_METHODS = ("一般競争", "指名競争", "総合評価")
CONTRACT_KINDS = ("initial", "renewal", "change")
CONTRACT_SCOPES = ("operation", "lease", "development")
BID_STATUSES = ("valid", "declined", "disqualified", "late")

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

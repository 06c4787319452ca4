"""The table of vendors' quotations: one row a line as the vendor wrote it, totals included, so that they can be checked against the lines."""

from __future__ import annotations

from dxmodels.inputs.schemas.columns import column, table
from dxmodels.inputs.schemas.published_costs import COST_ITEMS, ONE_OFF

LINE_KINDS = ("work", "overhead", "discount", "subtotal", "tax", "total")

QUOTATIONS = table(
    "quotations",
    "見積書（明細）",
    "Quotations of vendors, line by line",
    {
        "quotation_id": column("code", "見積番号", "Quotation"),
        "quotation_line_number": column("integer", "行", "Line", minimum=1),
        "line_kind": column(
            "choice", "行の種類", "Work, overhead, discount, subtotal, tax or total", choices=LINE_KINDS
        ),
        "title_ja": column("text", "件名", "Title", nullable=True),
        "vendor_id": column("code", "見積事業者", "Vendor", nullable=True),
        "system_id": column("code", "システムID（府）", "Prefectural system", nullable=True),
        "quoted_date": column("date", "見積日", "Date of the quotation"),
        "fiscal_year": column("fiscal_year", "年度", "Fiscal year"),
        "cost_item": column("choice", "経費項目", "Cost item", choices=(*COST_ITEMS, ONE_OFF), nullable=True),
        "quoted_work_ja": column("text", "作業・品目", "Work or goods", nullable=True),
        "engineer_role_ja": column("text", "職種", "Role", nullable=True),
        "people_fte": column("number", "人数", "People", unit="人", minimum=0, nullable=True),
        "term_months": column("number", "期間（月数）", "Months", unit="か月", minimum=0, nullable=True),
        "quantity_value": column("number", "数量", "Quantity", nullable=True),
        "quantity_unit_ja": column("text", "数量の単位", "Unit of the quantity", nullable=True),
        "unit_price_yen": column("yen", "単価", "Unit price as written", unit="円", nullable=True),
        "quoted_yen": column("yen", "金額（見積書のまま）", "Amount as written", unit="円", nullable=True),
        "tax_included": column("boolean", "税込か", "Whether tax is in", nullable=True),
    },
    key=["quotation_id", "quotation_line_number"],
    references={"vendor_id": "vendors.vendor_id", "system_id": "systems.system_id"},
)

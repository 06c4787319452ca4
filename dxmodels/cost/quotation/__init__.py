"""Does this vendor's quotation stand up to its own arithmetic, its earlier versions and what is published, and what must the vendor be asked?

``review_quotation`` runs twelve checks (E11). A check is 該当 (ask), 非該当 or 算出不能 (what is missing is named), with its evidence, its
threshold and where that comes from. It is a list of questions, not a verdict on the price. Docs: docs/models/cost_quotation.md.
"""

from __future__ import annotations

from dxmodels.cost.quotation.paper import Quotation, quotation_of
from dxmodels.cost.quotation.review import QuotationReview, list_questions, list_rates, review_quotation
from dxmodels.cost.quotation.rules import QUOTATION_ASSUMPTIONS, QuotationRules, read_quotation_rules

__all__ = [
    "QUOTATION_ASSUMPTIONS",
    "Quotation",
    "QuotationReview",
    "QuotationRules",
    "list_questions",
    "list_rates",
    "quotation_of",
    "read_quotation_rules",
    "review_quotation",
]

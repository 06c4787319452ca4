"""What must one municipality know on two A4 pages: where it stands, what its systems cost, what it could join, by when it must decide, who helps?

``study`` (every answer, made once for all bodies), ``joint`` (bundles a body could join, what it would pay or lose), ``standing`` (page 1),
``money`` (page 2), ``page`` (texts as printed), ``door`` (what a notebook calls).
"""

from dxmodels.municipalities.brief.door import (
    BRIEF_ASSUMPTIONS,
    BRIEF_TABLES,
    SOURCE_TABLES,
    BriefSet,
    draw_up_briefs,
    notes_for,
)
from dxmodels.municipalities.brief.joint import JointPlan, plan_joint_purchases

__all__ = [
    "BRIEF_ASSUMPTIONS",
    "BRIEF_TABLES",
    "SOURCE_TABLES",
    "BriefSet",
    "JointPlan",
    "draw_up_briefs",
    "notes_for",
    "plan_joint_purchases",
]

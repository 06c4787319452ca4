"""The briefs of a case: two pages for every municipality, or for one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from dxmodels.errors import ModelError
from dxmodels.inputs import NotComputable
from dxmodels.lockin.from_case import lead_times
from dxmodels.municipalities.break_even import BREAK_EVEN_ASSUMPTIONS
from dxmodels.municipalities.brief.money import money_blocks, money_headline
from dxmodels.municipalities.brief.page import BriefPage
from dxmodels.municipalities.brief.standing import standing_blocks, standing_headline
from dxmodels.municipalities.brief.steps import steps_block
from dxmodels.municipalities.brief.study import BriefStudy, make_study
from dxmodels.municipalities.divide import RANK_ASSUMPTIONS
from dxmodels.municipalities.move import FUNDING_ASSUMPTIONS
from dxmodels.municipalities.plans import PEOPLE_ASSUMPTIONS, PLAN_ASSUMPTIONS

if TYPE_CHECKING:
    from dxmodels.inputs import Case, Register

BRIEF_TABLES = (
    "municipalities", "municipality_series", "indicators", "joint_procurements", "joint_members", "tasks", "govcloud_pilot",
    "municipal_systems", "municipal_spending", "staff", "capacity", "offers", "vendors", "systems", "departments",
)  # fmt: skip
SOURCE_TABLES = (
    "municipality_series", "joint_members", "municipal_systems", "municipal_spending", "staff", "capacity", "offers",
)  # fmt: skip
BRIEF_ASSUMPTIONS = (
    *RANK_ASSUMPTIONS,
    *BREAK_EVEN_ASSUMPTIONS,
    *FUNDING_ASSUMPTIONS,
    *PLAN_ASSUMPTIONS,
    *PEOPLE_ASSUMPTIONS,
    "expert_grant_share",
    "move_target_multiple",
)
_FIRST_PAGE = BRIEF_TABLES[:5]
_ALL_DONE = "20業務 移行済み"


@dataclass(frozen=True, eq=False)
class BriefSet:
    """The pages, two a municipality, and one row a municipality (``table``)."""

    pages: tuple[BriefPage, ...]
    table: pd.DataFrame

    @property
    def sheets(self) -> list[Mapping[str, Any]]:
        """The pages as plain values, the form the door ``booklet`` takes."""
        return [page.as_page() for page in self.pages]

    @property
    def bodies_count(self) -> int:
        """Municipalities with a brief."""
        return len(self.table)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a municipality: its two answers."""
        return self.table.copy()

    def summary(self) -> str:
        """Return what the briefs say together, or the answers of the one municipality (Japanese)."""
        if len(self.table) == 1:
            row = self.table.iloc[0]
            return f"{row['name_ja']}：{row['standing_ja']}{row['money_ja']}"
        return f"{len(self.table)} 団体のそれぞれについて、A4判2ページの資料を作成した。"


def draw_up_briefs(case: Case, register: Register, *, seed: int, municipality_code: str | None = None) -> BriefSet:
    """Return the two pages of one municipality, or (None) of every municipality of the case.

    What cannot be answered is printed as 算出不能 with what is missing; only the table of municipalities is indispensable.
    """
    study = make_study(case, register, seed=seed)
    codes = [str(code) for code in study.places.index]
    if municipality_code is not None and municipality_code not in codes:
        raise ModelError(
            f"団体コード {municipality_code} は municipalities の表にありません。6桁の団体コードを確かめてください。"
        )
    chosen = codes if municipality_code is None else [municipality_code]
    pages = tuple(page for code in chosen for page in _pages(study, code))
    table = pd.DataFrame(
        [
            (study.places["name_ja"][code], standing_headline(study, code), money_headline(study, code))
            for code in chosen
        ],
        columns=["name_ja", "standing_ja", "money_ja"],
    )
    return BriefSet(pages, table)


draw_up_briefs.question_ja = "団体別の資料"  # type: ignore[attr-defined]


def _pages(study: BriefStudy, code: str) -> tuple[BriefPage, BriefPage]:
    place = study.place(code)
    name = str(place["name_ja"])
    subtitle = f"人口 {int(place['population_people']):,} 人（2020年国勢調査）　類似団体 {place['peer_type']}　財政力指数 {float(place['fiscal_strength_index']):.2f}"
    left, right = standing_blocks(study, code)
    first = BriefPage(
        f"{code}-1",
        code,
        f"{name}：府内での位置",
        subtitle,
        (f"区分：{study.case.grade(*_held(study, _FIRST_PAGE))}",),
        standing_headline(study, code),
        left,
        right,
    )
    left, right, foot = money_blocks(study, code)
    second = BriefPage(
        f"{code}-2",
        code,
        f"{name}：経費と判断の期限",
        subtitle,
        (f"区分：{study.case.grade(*_held(study, BRIEF_TABLES))}", *_badges(study, code)),
        money_headline(study, code),
        left,
        right,
        (*foot, steps_block(study, code)),
    )
    return first, second


def _badges(study: BriefStudy, code: str) -> tuple[str, ...]:
    if isinstance(study.states, NotComputable):
        return ()
    mine = study.states.of(code)
    waiting = int((~mine["has_moved"]).sum())
    return (_ALL_DONE,) if len(mine) and not waiting else (f"残る業務 {waiting}",) if len(mine) else ()


def _held(study: BriefStudy, tables: tuple[str, ...]) -> list[str]:
    return [name for name in tables if study.case.has(name)]


def notes_for(case: Case, register: Register) -> list[str]:
    """Return the notes printed on every page."""
    lead = lead_times(register, is_wto=False)
    return [
        "金額は税込、表示単位未満切捨て（合計が一致しないことがある）。",
        f"判断の期限は、移行に {lead.migration_months} か月、公告に {lead.notice_days} 日を要するとした仮定による。",
        "順位は合否ではない。",
    ]

"""What should this municipality do next, with whom, by when? Nothing new is computed: the steps follow from the page's own numbers."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from dxmodels.fiscal import era_date, era_year
from dxmodels.inputs import NotComputable
from dxmodels.lockin.karte.page import Block
from dxmodels.money import format_rate
from dxmodels.municipalities.brief.page import yen_ja
from dxmodels.municipalities.brief.study import BriefStudy, decision_dates, help_years, years_ahead

_TITLE = "次にすること"


def steps_block(study: BriefStudy, code: str) -> Block:
    """Return the next steps as sentences, the dated ones first; where the body's own tables are missing, how to come to them."""
    parts = (_decide, _finish, _join, _negotiate, _staff)
    steps = [step for part in parts for step in part(study, code)] or list(_find_out(study))
    return Block(_TITLE, "list", tuple((f"{place}．{step}",) for place, step in enumerate(steps, start=1)))


def _find_out(study: BriefStudy) -> Iterator[str]:
    """Which contracts to look for first, by the usual lead times."""
    yield "標準化の20業務それぞれの契約の終わり・年間の経費・移行の状況を、業務システムの表に記入する。"
    table = decision_dates(study.case, study.register, years_ahead(study.case.base_fy)).table
    past, ahead = table[table["is_past"]], table[~table["is_past"]]
    if len(past):
        yield f"{era_year(int(past['system_id'].iloc[-1]))}末までに終わる契約は、標準の日程では替える期限を過ぎている。続ける年数と途中で替えられる条件を確かめる。"
    if len(ahead):
        first = ahead.iloc[0]
        yield f"{era_year(int(first['system_id']))}末に終わる契約は、{era_date(first['decision_date'].date())}までに、続けるか替えるか、一緒に買うかを決める。"
    yield "情報担当の職員の数と、1人しかいない業務を書き出す。"


def _decide(study: BriefStudy, code: str) -> Iterator[str]:
    """The next date by which a contract must be decided on."""
    if isinstance(study.calendar, NotComputable):
        return
    systems = (
        study.case.table("municipal_systems").query("municipality_code == @code").dropna(subset=["contract_end_fy"])
    )
    counts = systems.groupby("contract_end_fy").size()
    ahead = study.calendar.table[~study.calendar.table["is_past"]]
    for year, date in zip(ahead["system_id"].astype(int), ahead["decision_date"], strict=True):
        if year in counts.index:
            yield f"{era_date(date.date())}までに、{era_year(year)}末に契約が終わる {int(counts[year])} 業務を続けるか替えるか、一緒に買うかを決める。"
            return
    if len(counts):
        yield "契約の終わりに間に合う期限はすべて過ぎているため、次の契約は年数を短くし、途中で替えられる条件を入れる。"


def _finish(study: BriefStudy, code: str) -> Iterator[str]:
    """The tasks still to be moved, and by when they would be."""
    if isinstance(study.waves, NotComputable):
        return
    mine = study.waves.table[study.waves.table["municipality_code"] == code]
    if mine.empty:
        return
    last = mine["go_live_fy"].max()
    late = int(mine["go_live_fy"].isna().sum())
    text = (
        f"残る {len(mine)} 業務の移行を{era_year(int(last))}までに終える見込みを、事業者と確かめる"
        if pd.notna(last)
        else f"残る {len(mine)} 業務の移行の見込みを、事業者と確かめる"
    )
    yield text + (f"（{late} 業務は期間内に終わらない）。" if late else "。")


def _join(study: BriefStudy, code: str) -> Iterator[str]:
    """The joint purchase that gains most, or that none gains."""
    if isinstance(study.joint, NotComputable):
        return
    mine = study.joint.of(code)
    gaining = mine[mine["shapley_saving_yen"] > 0]
    if len(gaining):
        best = gaining.iloc[0]
        yield (
            f"共同調達で最も安くなるのは{best['task_ja']}（{best['scope_name']}の {int(best['members_count'])} 団体、{era_year(int(best['start_fy']))}から）で、"
            f"貢献割では単独より {yen_ja(float(best['shapley_saving_yen']))}安い。負担の分け方を一緒に買う団体と確かめる。"
        )
    elif study.joint.candidates_of(code):
        yield f"共同調達の候補 {study.joint.candidates_of(code)} 件は、いまの条件では単独より得にならない。提示額か参加する団体が変わったら、あらためて比べる。"


def _negotiate(study: BriefStudy, code: str) -> Iterator[str]:
    """What to ask the vendors where the running cost rises."""
    if isinstance(study.even, NotComputable) or not (study.even.table["municipality_code"] == code).any():
        return
    row = study.even.of(code)
    cut = float(row["break_even_discount_share"])
    if row["increase_yen"] > 0 and cut > 1.0:
        yield f"移行後の運用経費の増 {yen_ja(float(row['increase_yen']))}（年）は引下げの交渉だけでは戻らないため、業務の範囲と共同利用を見直す。"
    elif row["increase_yen"] > 0:
        yield (
            f"移行後の運用経費の増 {yen_ja(float(row['increase_yen']))}（年）について、見積の内訳を事業者に求め、交渉できる項目を "
            f"{format_rate(cut, decimals=0)}引き下げられるかを確かめる。"
        )


def _staff(study: BriefStudy, code: str) -> Iterator[str]:
    """How to be sure of help where one person carries the work, or staff is short."""
    if isinstance(study.staff, NotComputable) or not (study.staff.bodies["municipality_code"] == code).any():
        return
    own = study.staff.bodies[study.staff.bodies["municipality_code"] == code].iloc[0]
    days = float(study.demand.loc[study.demand["municipality_code"] == code, "demand_days"].sum())
    asked = f"共同人材（{help_years(study)}年間にのべ {days:,.0f} 日）を府に求める。"
    if own["is_one_person"]:
        yield "情報担当が1人のため、代わりの職員を決める。" + (asked if days > 0 else "")
    elif days > 0:
        yield asked

"""Page 2: what do the systems cost, what could be joined, by when must be decided, what does the move cost, and who helps?"""

from __future__ import annotations

import pandas as pd

from dxmodels.fiscal import era_date, era_year
from dxmodels.inputs import NotComputable, attempt
from dxmodels.lockin.karte.page import Block
from dxmodels.money import format_rate
from dxmodels.municipalities.brief.page import YenUnit, missing_block, unit_for, yen_ja
from dxmodels.municipalities.brief.study import BriefStudy, decision_dates, help_years, years_ahead
from dxmodels.municipalities.help_demand import ADVICE, MIGRATION, OPERATION
from dxmodels.municipalities.move import list_negotiation
from dxmodels.municipalities.move.running import CORE_LINE, OTHER_LINE

_TASKS_SHOWN = 8
_PURCHASES_SHOWN = 8
_NAMES_SHOWN = 6
_MOVES_SHOWN = 8
_ITEMS_SHOWN = 3
_HELP_JA = {
    OPERATION: "日常の運用と一人情シスへの訪問",
    MIGRATION: "移行の工程管理",
    ADVICE: "見積・契約・移行の支援",
}
_NOT_HELD = "業務システムの記載がない"


def money_blocks(study: BriefStudy, code: str) -> tuple[tuple[Block, ...], tuple[Block, ...], tuple[Block, ...]]:
    """Return the blocks of page 2: left, right and below."""
    left = (_cost(study, code), _move(study, code))
    return left, (_ends(study, code), _remaining(study, code), _help(study, code)), (_joint(study, code),)


def money_headline(study: BriefStudy, code: str) -> str:
    """Return the answer of page 2 in a few sentences."""
    if isinstance(study.even, NotComputable):
        return "経費・契約・移行の状況は団体別に公表されておらず、算出不能。業務システム・経費・職員の表を記入すると、このページに答えられる。"
    parts = [study.even.sentence_for(code)] if _has_row(study.even.table, code) else []
    due = _next_decision(study, code)
    return "".join(parts) + (due or "")


def _cost(study: BriefStudy, code: str) -> Block:
    title = "システムの年間運用経費（税込）"
    systems = attempt(study.case.table, "municipal_systems", ["annual_cost_yen"])
    if isinstance(systems, NotComputable):
        return missing_block(title, systems.message)
    mine = systems[systems["municipality_code"] == code].dropna(subset=["annual_cost_yen"])
    if mine.empty:
        return missing_block(title, f"算出不能：{_NOT_HELD}。")
    tasks = _task_names(study)
    shown = len(mine) if _has_room(study, code) else _TASKS_SHOWN
    order = mine.sort_values("annual_cost_yen", ascending=False, kind="stable").head(shown)
    unit = unit_for(float(order["annual_cost_yen"].max()))
    total, people = float(mine["annual_cost_yen"].sum()), float(study.place(code)["population_people"])
    rows = [(tasks.get(str(task), str(task)), yen_ja(float(cost), unit)) for task, cost in zip(order["task"], order["annual_cost_yen"], strict=True)]  # fmt: skip
    bars = tuple(float(cost) / float(order["annual_cost_yen"].iloc[0]) for cost in order["annual_cost_yen"])
    peers = _peer_cost(systems, study, code)
    note = f"{len(mine)} 業務の計 {yen_ja(total)}、住民1人当たり {total / people:,.0f} 円{peers}。現行の契約の額で、移行済みの業務は移行後の額。"
    return Block(title, "table", tuple(rows), ("業務", "年額"), (False, True), bars, note)


def _has_room(study: BriefStudy, code: str) -> bool:
    """Whether the page is free for every task: nothing remains to be moved, and no joint purchase fills its foot."""
    if isinstance(study.waves, NotComputable) or isinstance(study.joint, NotComputable):
        return False
    return study.joint.of(code).empty and not _has_row(study.waves.table, code)


def _peer_cost(systems: pd.DataFrame, study: BriefStudy, code: str) -> str:
    """Median cost per resident of the municipalities of the same published group, where there are any."""
    places = study.places
    same = places.index[(places["peer_type"] == places["peer_type"][code]) & (places.index != code)]
    sums = systems.groupby("municipality_code")["annual_cost_yen"].sum().reindex(same).dropna().astype(float)
    if sums.empty:
        return ""
    each = sums / places["population_people"].reindex(sums.index).astype(float)
    return f"（類似団体 {len(each)} 団体の中央値 {each.median():,.0f} 円）"


def _move(study: BriefStudy, code: str) -> Block:
    title = "ガバメントクラウド移行でいくらになるか"
    if isinstance(study.even, NotComputable):
        return Block(
            title,
            "list",
            ((study.even.message,), (f"公表の参照値（移行後の運用経費、現行に対し）：{_lines_ja(study)}。",)),
        )
    if not _has_row(study.even.table, code):
        return missing_block(title, "算出不能：移行前の経費が分からない。")
    row = study.even.of(code)
    realised = row["realised_multiple_ratio"]
    rows = [
        ("運用経費（年、税込）", f"{yen_ja(float(row['before_yen']))}から{yen_ja(float(row['expected_after_yen']))}（{row['expected_multiple_ratio']:.2f} 倍）"),
        ("うち移行済みの実績", f"{float(realised):.2f} 倍" if pd.notna(realised) else "移行済みの業務なし"),
        ("公表の値", _lines_ja(study)),
        ("現行に戻す条件", _condition(row)),
        ("交渉する項目（大きい順）", _items_ja(study, code)),
    ]  # fmt: skip
    if not isinstance(study.funding, NotComputable) and _has_row(study.funding.table, code):
        fund = study.funding.table[study.funding.table["municipality_code"] == code].iloc[0]
        rows += [
            ("移行の一時経費", f"{yen_ja(float(fund['one_off_yen']))}（補助の上限の仮定 {yen_ja(float(fund['cap_yen']))}）"),
            ("国の補助の見込み", yen_ja(float(fund["subsidy_yen"])) + (f"（上限を {yen_ja(float(fund['above_cap_yen']))} 超える）" if fund["above_cap_yen"] > 0 else "")),
            ("これからの実質負担", f"{yen_ja(float(fund['net_to_come_yen']))}（起債・交付税措置の後）" if fund["net_to_come_yen"] > 0 else "なし（移行済み、または補助で賄える）"),
        ]  # fmt: skip
    return Block(title, "pairs", tuple(rows), note="倍率の違いは見積の内訳で確かめる。補助の上限は仮の額。")


def _lines_ja(study: BriefStudy) -> str:
    """The published multiples in words."""
    register = study.register
    return (
        f"東京都内 {register.value(OTHER_LINE):.1f} 倍、中核市 {register.value(CORE_LINE):.1f} 倍"
        f"（最大 {register.high(CORE_LINE):.1f} 倍）"
    )


def _items_ja(study: BriefStudy, code: str) -> str:
    """The largest negotiable items of the expected bill."""
    if isinstance(study.even, NotComputable):
        return ""
    target = study.register.value("move_target_multiple")
    table = list_negotiation(study.even.costs, target_multiple=target, municipality_code=code).table
    rows = table[table["is_negotiable"]].head(_ITEMS_SHOWN)
    return "、".join(
        f"{name} {yen_ja(float(cost))}" for name, cost in zip(rows["cost_item_ja"], rows["after_yen"], strict=True)
    )


def _condition(row: pd.Series) -> str:
    if row["increase_yen"] <= 0:
        return "現行を上回らない"
    cut, rate = float(row["break_even_discount_share"]), row["expected_break_even_usdjpy"]
    by_rate = f"1ドル {float(rate):.0f} 円" if pd.notna(rate) else "円高だけでは戻らない"
    by_price = (
        f"交渉できる項目を一律 {format_rate(cut, decimals=0)}引下げ" if cut <= 1.0 else "引下げの交渉だけでは戻らない"
    )
    return f"{by_price}、{by_rate}"


def _remaining(study: BriefStudy, code: str) -> Block:
    title = "残る業務と、移す年度（府域全体の計画）"
    if isinstance(study.waves, NotComputable):
        return missing_block(title, study.waves.message)
    mine = study.waves.table[study.waves.table["municipality_code"] == code].sort_values(["go_live_fy", "task"])
    if mine.empty:
        return Block(title, "list", (("標準化の20業務はすべて移行を終えている。",),))
    rows = tuple(
        (str(row["task_ja"]), "期間内に終わらない" if pd.isna(row["go_live_fy"]) else era_year(int(row["go_live_fy"])),
         str(row["special_support_reason_ja"]) if pd.notna(row["special_support_reason_ja"]) else "－")
        for row in mine.head(_MOVES_SHOWN).to_dict("records")
    )  # fmt: skip
    more = len(mine) - len(rows)
    note = f"ほか {more} 業務。" if more else ""
    return Block(
        title,
        "table",
        rows,
        ("業務", "移す年度", "遅れの理由"),
        (False, False, False),
        note=note + "事業者と職員の能力の中で、遅れが最も少ない計画。",
    )


def _ends(study: BriefStudy, code: str) -> Block:
    title = "契約の終わりと、替えるなら決める期限"
    if isinstance(study.calendar, NotComputable):
        return Block(title, "list", ((study.calendar.message,), (_general_deadline(study),)))
    mine = _systems_of(study, code).dropna(subset=["contract_end_fy"])
    if mine.empty:
        return missing_block(title, f"算出不能：契約終了年度の{_NOT_HELD}。")
    dates, tasks = study.calendar.table.set_index("system_id"), _task_names(study)
    rows = []
    for year, group in mine.groupby("contract_end_fy"):
        names = [tasks.get(str(task), str(task)) for task in group["task"]]
        listed = "・".join(names[:_NAMES_SHOWN]) + (f"ほか計{len(names)}" if len(names) > _NAMES_SHOWN else "")
        due = dates.loc[str(int(str(year)))]
        until = era_date(due["decision_date"].date()) + ("（過ぎた）" if due["is_past"] else "")
        rows.append((listed, f"{era_year(int(str(year)))}末", until))
    note = "期限は、契約の終わりから移行・公告・予算要求・債務負担行為の議決に要る期間を戻った日。これを過ぎると、通常の手順では次の契約の終わりまで替えられない。"
    return Block(title, "table", tuple(rows), ("業務", "契約の終わり", "決める期限"), (False, False, False), note=note)


def _general_deadline(study: BriefStudy) -> str:
    """Deadlines for contracts ending in the years to come, where the body's own contracts are not known."""
    table = decision_dates(study.case, study.register, years_ahead(study.case.base_fy)).table
    words = "、".join(
        f"{era_year(int(year))}末なら{era_date(date.date())}{'（過ぎた）' if is_past else ''}"
        for year, date, is_past in zip(table["system_id"], table["decision_date"], table["is_past"], strict=True)
    )
    return f"契約の終わりごとの、替えるなら決める期限（標準の日程による）：{words}。"


def _next_decision(study: BriefStudy, code: str) -> str:
    if isinstance(study.calendar, NotComputable):
        return ""
    years = {str(int(year)) for year in _systems_of(study, code)["contract_end_fy"].dropna()}
    ahead = study.calendar.table[
        study.calendar.table["system_id"].isin(sorted(years)) & ~study.calendar.table["is_past"]
    ]
    if ahead.empty:
        return "契約の終わりに間に合う判断の期限は、すべて過ぎている。" if years else ""
    return f"契約の見直しを次に決める期限は{era_date(ahead['decision_date'].iloc[0].date())}。"


def _joint(study: BriefStudy, code: str) -> Block:
    title = "参加できる共同調達と、払う額の増減"
    if isinstance(study.joint, NotComputable):
        return missing_block(title, study.joint.message)
    mine, open_to = study.joint.of(code), study.joint.candidates_of(code)
    if mine.empty:
        text = f"最も安い計画では、単独の調達より得になる共同調達がない（参加できる束の候補は {open_to} 件）。"
        return Block(title, "list", ((text,),))
    unit = unit_for(float(mine["alone_yen"].max()))
    rows = tuple(
        (
            str(row["task_ja"]),
            f"{row['scope_name']}の {int(row['members_count'])} 団体",
            f"{era_year(int(row['start_fy']))}から",
            yen_ja(float(row["alone_yen"]), unit),
            _change(float(row["shapley_saving_yen"]), unit),
            _change(float(row["equal_saving_yen"]), unit),
        )
        for row in mine.head(_PURCHASES_SHOWN).to_dict("records")
    )
    total, alone = float(mine["shapley_saving_yen"].sum()), float(mine["alone_yen"].sum())
    note = (
        f"{study.joint.horizon_years}年間の現在価値（解約金と移行の費用を含む）で、▲は単独より安い額、＋は高い額。全 {len(mine)} 件で計 {_change(total)}（単独の "
        f"{format_rate(abs(total) / alone)}）。貢献割＝加わる順のすべてにわたり貢献を均した分け方（シャープレイ値）。候補は {open_to} 件。"
    )
    return Block(
        title,
        "table",
        rows,
        ("業務", "一緒に買う団体", "開始", "単独の額", "貢献割での増減", "均等割での増減"),
        (False, False, False, True, True, True),
        note=note,
    )


def _change(saving: float, unit: YenUnit | None = None) -> str:
    """How what is paid changes: ▲ = less than alone."""
    return yen_ja(-saving, unit) if saving > 0 else f"＋{yen_ja(-saving, unit)}" if saving < 0 else "増減なし"


def _help(study: BriefStudy, code: str) -> Block:
    title = "受けられる支援"
    if isinstance(study.staff, NotComputable):
        return Block(title, "list", ((study.staff.message,), (f"外部人材を雇う場合：{_grant_ja(study)}",)))
    rows: list[tuple[str, str]] = []
    if _has_row(study.staff.bodies, code):
        own = study.staff.bodies[study.staff.bodies["municipality_code"] == code].iloc[0]
        alone = "（一人情シス：1人の異動で止まる）" if own["is_one_person"] else ""
        rows.append(
            (
                "情報担当の職員",
                f"{float(own['own_fte']):.1f} 人{alone}、{_gap_ja(float(own['largest_gap_fte']))}",
            )
        )
    asked = study.demand[study.demand["municipality_code"] == code]
    days = asked.groupby("role_id")["demand_days"].sum()
    years = help_years(study)
    rows += [
        (_HELP_JA[str(role)], f"共同人材 のべ {float(amount):,.0f} 日（{years}年間）")
        for role, amount in days.items()
        if amount > 0
    ]
    if not (days > 0).any():
        rows.append(("共同人材", "不足も移行もなく、定期の支援は見込んでいない"))
    rows.append(("外部人材を雇う場合", _grant_ja(study)))
    return Block(title, "pairs", tuple(rows))


def _gap_ja(people: float) -> str:
    return f"不足は最大 {people:.1f} 人" if round(people, 1) > 0 else "不足は見込まない"


def _grant_ja(study: BriefStudy) -> str:
    grant = format_rate(study.register.value("expert_grant_share"), decimals=0)
    return f"国の措置（特別交付税）{grant}。当年度の対象と割合を確かめる"


def _systems_of(study: BriefStudy, code: str) -> pd.DataFrame:
    systems = study.case.table("municipal_systems")
    return systems[systems["municipality_code"] == code]


def _task_names(study: BriefStudy) -> dict[str, str]:
    if not study.case.has("tasks"):
        return {}
    tasks = study.case.table("tasks")
    return dict(zip(tasks["task"].astype(str), tasks["name_ja"].astype(str), strict=True))


def _has_row(table: pd.DataFrame, code: str) -> bool:
    return bool((table["municipality_code"] == code).any())

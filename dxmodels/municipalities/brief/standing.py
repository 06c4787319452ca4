"""Page 1: where does the municipality stand among all and among its peers, and what has it not done yet?"""

from __future__ import annotations

from collections.abc import Hashable, Mapping

import pandas as pd

from dxmodels.bundling.uptake import JOINED, LATER, NOT_FIRST
from dxmodels.inputs import NotComputable, attempt
from dxmodels.lockin.karte.page import Block
from dxmodels.money import format_rate
from dxmodels.municipalities.brief.page import missing_block
from dxmodels.municipalities.brief.study import BriefStudy
from dxmodels.municipalities.profile import SHARE, YES_NO, PeerPosition, compare_with_peers

_CLASSES = 4
_PEERS_SHOWN = 9
_TEN_THOUSAND = 10_000


def standing_blocks(study: BriefStudy, code: str) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
    """Return the blocks of page 1: map and rank intervals on the left, comparison with peers on the right."""
    position = attempt(compare_with_peers, study.case, study.register, municipality_code=code)
    return (_map(study, code), _ranges(study, code)), (_peers(position), _not_done(study, code), _joined(study, code))


def standing_headline(study: BriefStudy, code: str) -> str:
    """Return the answer of page 1 in one or two sentences."""
    if isinstance(study.ranks, NotComputable):
        return study.ranks.message
    row = study.ranks.of(code)
    same = study.ranks.table[study.ranks.table["size_class_ja"] == row["size_class_ja"]]
    among = int((same["central_rank"] < row["central_rank"]).sum()) + 1
    text = (
        f"デジタル化の進み具合は {len(study.ranks.table)} 団体中 {int(row['central_rank'])} 位。"
        f"何を重く見るかで {int(row['best_rank'])}〜{int(row['worst_rank'])} 位のどこにもなり得る。"
    )
    return text + (
        f"同じ規模（{row['size_class_ja']}）の {len(same)} 団体の中では {among} 位。"
        if len(same) > 1
        else "府内に同じ規模の団体はない。"
    )


def _map(study: BriefStudy, code: str) -> Block:
    title = "府内での位置（地図）"
    if isinstance(study.ranks, NotComputable):
        return missing_block(title, study.ranks.message)
    ranks, places = study.ranks.table.set_index("municipality_code"), study.places
    count = len(ranks)
    edges = [round(count * part / _CLASSES) for part in range(1, _CLASSES + 1)]
    rows = tuple(
        (str(name), str(int(column)), str(int(row)), str(_class_of(ranks, str(key), edges)), "1" if key == code else "")
        for key, name, column, row in zip(places.index, places["name_ja"], places["tile_column"], places["tile_row"], strict=True)
        if pd.notna(column) and pd.notna(row)
    )  # fmt: skip
    legend = tuple(f"{low + 1}〜{high} 位" for low, high in zip([0, *edges[:-1]], edges, strict=True))
    return Block(
        title,
        "tiles",
        rows,
        headers=legend,
        note="順位は領域を等しく見た場合。太線がわが団体。",
    )


def _class_of(ranks: pd.DataFrame, code: str, edges: list[int]) -> int:
    """Quarter of the ranks (0 = best); the last class holds ties beyond, and the number after it those without a rank."""
    if code not in ranks.index:
        return _CLASSES
    rank = int(ranks["central_rank"][code])
    return next((place for place, edge in enumerate(edges) if rank <= edge), _CLASSES - 1)


def _ranges(study: BriefStudy, code: str) -> Block:
    title = "順位の幅：同じ規模の団体と比べて"
    if isinstance(study.ranks, NotComputable):
        return missing_block(title, study.ranks.message)
    table = study.ranks.table
    own = study.ranks.of(code)
    peers = table[(table["size_class_ja"] == own["size_class_ja"]) & (table["municipality_code"] != code)]
    near = peers.assign(far=(peers["central_rank"] - own["central_rank"]).abs()).nsmallest(_PEERS_SHOWN, "far")
    shown = pd.concat([own.to_frame().T, near]).sort_values("central_rank", kind="stable")
    names = ("best_rank", "p10_rank", "central_rank", "p90_rank", "worst_rank")
    rows = tuple(
        (str(row["name_ja"]), *(str(int(row[name])) for name in names), "1" if row["municipality_code"] == code else "")
        for row in shown.to_dict("records")
    )
    note = "点＝領域を等しく見た順位、太線＝試した重みの中央80％、細線＝とり得る順位のすべて。線が重なる団体の順は、何を重く見るかで入れ替わる。"
    return Block(title, "ranges", rows, headers=(str(len(table)),), note=note)


def _peers(position: PeerPosition | NotComputable) -> Block:
    title = "同じ規模の団体との比較"
    if isinstance(position, NotComputable):
        return missing_block(title, position.message)
    rows = tuple(
        (str(row["name_ja"]).split("（")[0], _own(row), _of_others(row, "peer"), _of_others(row, "all"),
         str(row["position_ja"]).removeprefix("同じ規模") or "－")
        for row in position.table.to_dict("records")
    )  # fmt: skip
    title = f"同じ規模の団体との比較（{position.size_class_ja}、ほか {position.peers_count} 団体）"
    note = "○は実施、×は実施していない。その行のほかの列は実施している団体の割合で、5割で判定した。ほかの行は中央値。人口と65歳以上は2020年、人口の見通しは2045年の2020年に対する倍率、一般行政部門職員は住民1,000人当たり。これらの項目には判定を付けない。"
    return Block(
        title,
        "table",
        rows,
        ("項目", "わが団体", "同じ規模", "全団体", "判定"),
        (False, True, True, True, False),
        note=note,
    )


def _own(row: Mapping[Hashable, object]) -> str:
    if row["unit"] == YES_NO:
        return "○" if row["own_value"] == 1.0 else "×"
    return _shown(row["own_value"], str(row["unit"]))


def _of_others(row: Mapping[Hashable, object], whose: str) -> str:
    """Median of the others; of a yes/no item the share that says yes, which tells more than yes or no."""
    if row["unit"] == YES_NO:
        return _shown(row[f"{whose}_mean_value"], SHARE)
    return _shown(row[f"{whose}_median_value"], str(row["unit"]))


def _shown(value: object, unit: str) -> str:
    if value is None or pd.isna(value):  # type: ignore[call-overload]  # a float or missing
        return "－"
    number = float(str(value))
    if unit == SHARE:
        return format_rate(number, decimals=0)
    if unit == "人" and number > _TEN_THOUSAND / 10:
        return f"{number / _TEN_THOUSAND:,.1f}万人"
    return f"{number:.2f}{unit.removesuffix('指数')}"


def _not_done(study: BriefStudy, code: str) -> Block:
    title = "まだ実施していないこと・中央値より低いこと"
    if isinstance(study.all_needs, NotComputable):
        return missing_block(title, study.all_needs.message)
    needs = study.all_needs.needs
    mine = needs[needs["municipality_code"] == code]
    whole = mine.loc[mine["distance_score"] >= 1.0, "step_ja"].tolist()
    part = mine[mine["distance_score"] < 1.0]
    rows = [(f"実施していない：{'・'.join(whole)}",)] if whole else [("有無の項目はすべて実施している。",)]
    rows += [
        (f"{step}：府内の中央値まであと {format_rate(float(gap), decimals=0).replace('％', 'ポイント')}",)
        for step, gap in zip(part["step_ja"], part["distance_score"], strict=True)
    ]
    return Block(title, "list", tuple(rows))


def _joined(study: BriefStudy, code: str) -> Block:
    title = "参加している共同調達（公表分）"
    if isinstance(study.members, NotComputable):
        return missing_block(title, study.members.message)
    named = study.members.procurements.set_index("joint_id")["service_ja"].astype(str).str.split("（").str[0]
    cells = study.members.states.set_index("municipality_code").loc[code]
    joined = [service for name, service in named.items() if cells[str(name)] in (JOINED, LATER)]
    others = [service for name, service in named.items() if cells[str(name)] == NOT_FIRST]
    rows = [("参加", "・".join(joined) or "公表された名簿に名前はない"), ("当初不参加", "・".join(others) or "なし")]
    unknown = len(named) - len(joined) - len(others)
    return Block(title, "pairs", tuple(rows), note=f"ほか {unknown} 件は名簿の公表がなく、参加したか分からない。")

"""Are the services and the reviewers' verdicts fit to be compared? Every fault at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from dxmodels.errors import Fault, InputError

NEEDED = {"service_id": "サービスID", "description": "概要（1行）"}
VERDICT_NEEDED = {"left": "ID（左）", "right": "ID（右）", "is_same": "判定"}


def checked_services(services: pd.DataFrame, verdicts: pd.DataFrame | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return services with text ids and descriptions, and the decided verdicts (blank ones are left out); InputError with all faults."""
    faults = _missing(services, NEEDED, "サービス一覧")
    if faults:
        raise InputError(faults)
    table = services.reset_index(drop=True)
    table = table.assign(service_id=table["service_id"].astype(str))
    faults = [*_blank(table), *_repeated(table), *_verdict_faults(table, verdicts)]
    if len(table) < 2:
        faults.append(Fault("サービス一覧", f"サービスが {len(table)} 件しかありません", "2 件以上を用意してください"))
    if faults:
        raise InputError(faults)
    decided = pd.DataFrame(columns=list(VERDICT_NEEDED)) if verdicts is None else verdicts.dropna(subset=["is_same"])
    return table.assign(description=table["description"].astype(str)), decided.reset_index(drop=True)


def positions(
    table: pd.DataFrame, verdicts: pd.DataFrame
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """Return row numbers of the judged pairs and the answers."""
    place = pd.Series(np.arange(len(table)), index=table["service_id"])
    left = place.loc[verdicts["left"].astype(str)].to_numpy(dtype=np.intp)
    right = place.loc[verdicts["right"].astype(str)].to_numpy(dtype=np.intp)
    return left, right, verdicts["is_same"].to_numpy(dtype=bool)


def _missing(frame: pd.DataFrame, needed: dict[str, str], file: str) -> list[Fault]:
    absent = [label for name, label in needed.items() if name not in frame.columns]
    cure = f"{'、'.join(needed.values())}の列を用意してください"
    return [Fault(file, f"列「{'・'.join(absent)}」がありません", cure)] if absent else []


def _blank(table: pd.DataFrame) -> list[Fault]:
    empty = table["description"].isna() | (table["description"].astype(str).str.strip() == "")
    return [
        Fault("サービス一覧", "概要が空欄です", "1行で概要を記入してください", row=int(row) + 2, column="description")
        for row in np.flatnonzero(empty)
    ]


def _repeated(table: pd.DataFrame) -> list[Fault]:
    return [
        Fault(
            "サービス一覧", "IDが重複しています", "一意のIDにしてください", row=int(row) + 2, column="service_id",
            value=str(table["service_id"].iloc[row]),
        )
        for row in np.flatnonzero(table["service_id"].duplicated())
    ]  # fmt: skip


def _verdict_faults(table: pd.DataFrame, verdicts: pd.DataFrame | None) -> list[Fault]:
    if verdicts is None:
        return []
    faults = _missing(verdicts, VERDICT_NEEDED, "判定票")
    if faults:
        return faults
    known = set(table["service_id"])
    return [
        Fault(
            "判定票", "サービス一覧にないIDです", "IDを確認してください", row=row + 2, column=VERDICT_NEEDED[side], value=str(value)
        )
        for side in ("left", "right")
        for row, value in enumerate(verdicts[side].astype(str))
        if value not in known
    ] + _contradictions(verdicts)  # fmt: skip


def _contradictions(verdicts: pd.DataFrame) -> list[Fault]:
    """Two reviewers may judge the same pair; where they differ, somebody has to decide before a probability is learnt from it."""
    seen: dict[tuple[str, str], bool] = {}
    faults = []
    decided = verdicts["is_same"].notna().to_numpy()
    pairs = zip(verdicts["left"].astype(str), verdicts["right"].astype(str), verdicts["is_same"], strict=True)
    for number, (left, right, answer) in enumerate(pairs):
        if not decided[number]:
            continue
        pair = (min(left, right), max(left, right))
        if seen.setdefault(pair, bool(answer)) != bool(answer):
            cure = "判定者の間で調整し、同じ判定にそろえてください"
            faults.append(Fault("判定票", "同じ組に違う判定があります", cure, row=number + 2, value=f"{left}・{right}"))
    return faults

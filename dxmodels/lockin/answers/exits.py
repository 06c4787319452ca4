"""E20: what staying and leaving cost, when each system should leave, what the staff can carry, and by when the decision must be taken."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from dxmodels.errors import ModelError
from dxmodels.fiscal import era_date, era_year
from dxmodels.lockin.answers.answer import Answer, with_names
from dxmodels.lockin.calendar import earliest_exit_fy
from dxmodels.lockin.exit_case import ExitTable, evaluate_exits, plan_case_exits, with_reachable_ends
from dxmodels.lockin.exit_paths import MOVE, OPEN, STAY, compare_exit_paths
from dxmodels.lockin.exit_plan import ExitPlan
from dxmodels.lockin.forecast import CostForecast, PathComparison
from dxmodels.lockin.from_case import ExitFields, cost_series, exit_fields, renewal_events
from dxmodels.lockin.study import LockinStudy
from dxmodels.money import format_rate, format_yen

_OUTSIDE_RATE = "割増率は外部の推計（前提台帳）であり、自らの契約から求めたものではない。"


@dataclass(frozen=True, eq=False)
class ForecastWithHistory:
    """A forecast and the history it continues, for one picture."""

    forecast: CostForecast
    history: pd.DataFrame


def compare_paths_of_case(study: LockinStudy, *, draws: int) -> Answer:
    """E20: yearly total of the suspected systems if they stay, are re-tendered openly, or move."""
    fields = _reachable(study)
    result = compare_exit_paths(
        cost_series(study.case), events=renewal_events(study.case, study.settings), fields=fields, base_fy=study.case.base_fy, assumptions=study.assumptions, draws=draws, seed=study.seed,
    )  # fmt: skip
    effects = result.effects.set_index("event")["effect_rate"]
    gap = float(effects["renewal_competed"] - effects["renewal_negotiated"])
    direction = "下がる" if gap < 0 else "上がる"
    amounts = [_said(row) for row in result.headline.iloc[1:].to_dict("records")]
    return Answer(
        _by_year(result),
        f"疑いの強い {len(fields.table)} システムを契約終了時に競争に付すと、{study.assumptions.horizon_years} 年間で今の契約を続けるより {amounts[0]}。移行すると、切替費用を含めて {amounts[1]}。",
        (
            f"自らの更新の履歴では、競争に付した更新は随意契約の更新に比べ、年間経費が {format_rate(abs(gap))} {direction}（推定誤差は区間による）。",
            f"対象は、疑いが強く、経費・更新見積額・契約終了日のそろった {len(fields.table)} システムの合計。ほか {fields.left_out_count} システムは項目が空欄で含まない。",
            "区間は効果の推定誤差だけを表し、将来の値動きは含まない（三つの経路に共通のため差には効かない）。",
        ),
        (
            "過去に競争に付した契約の効果が、一度も競争に付していないシステムでも同じとは限らない（選択の偏り）。",
            "割引前の金額。移行の便益のうち経費に現れないものは含まない。",
        ),
        result,
    )


def list_exits(study: LockinStudy) -> Answer:
    """E20: for each suspected system the level from which to leave, the best year alone, and what waiting is worth."""
    first = earliest_exit_fy(lead=study.lead, as_of=study.case.as_of, base_fy=study.case.base_fy)
    result = evaluate_exits(
        _reachable(study), base_fy=study.case.base_fy, assumptions=study.assumptions, earliest_fy=first
    )
    table = result.table.rename(columns={"value_yen": "exit_value_yen"})
    names = study.names("systems", "system_id")
    table["name_ja"] = table["system_id"].map(names)
    dates = study.calendar.table.drop_duplicates("system_id").set_index("system_id")
    table["decision_date"] = table["system_id"].map(dates["decision_date"])
    table["is_past"] = table["system_id"].map(dates["is_past"])
    columns = [
        "system_id",
        "name_ja",
        "premium_yen",
        "trigger_yen",
        "switching_yen",
        "exit_value_yen",
        "value_of_waiting_yen",
        "best_exit_fy",
        "decision_date",
        "is_past",
    ]
    amounts = ["premium_yen", "trigger_yen", "switching_yen", "exit_value_yen", "value_of_waiting_yen"]
    table[amounts] = table[amounts].where(table[amounts] < float("inf")).astype("Float64").round().astype("Int64")
    return Answer(
        table[columns],
        result.summary(),
        (
            "割増（年額）が「脱却してよい割増の水準」に達していれば、契約終了時に離れる方が、待つよりよい。水準は切替費用を取り戻せるだけでなく、待つことの価値も上回るように高めに定まる。",
            "履歴効果：いったん離れた費用は戻らないため、割増が費用をわずかに上回るだけでは動かない方がよく、逆に一度離れれば割増が多少戻っても元へは戻らない。過去の選択が今の判断を縛るのはこのためで、惰性とは区別される。",
            f"いま判断しても準備に要する期間があるため、{era_year(first)}末より前の脱却は候補にしていない。判断の期限を過ぎた契約は、その次の契約終了時から数えた。",
        ),
        (_OUTSIDE_RATE, "割増の変動率・再落札の確率・違約金は前提台帳の仮置きを含む。", "事業者の値下げ以外の反応は含まない。"),
        ExitPicture(result, with_names(result.table["system_id"], names)),
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class ExitPicture:
    """An exit table with the labels a figure prints."""

    exits: ExitTable
    labels: pd.Series


def plan_all_exits(study: LockinStudy) -> Answer:
    """E20: one exit year for each system under the staff of the prefecture, with bound and gap."""
    plan = plan_case_exits(study.case, _fields(study), assumptions=study.assumptions, calendar=study.calendar)
    names = study.names("systems", "system_id")
    years = plan.years.rename(columns={"value_yen": "exit_value_yen"})
    years = years.sort_values(["exit_fy", "system_id"]).reset_index(drop=True)
    years["name_ja"] = years["system_id"].map(names)
    for name in ("exit_value_yen", "switching_yen", "value_lost_yen"):
        years[name] = years[name].round().astype("Int64")
    busiest = plan.capacity.assign(share=plan.capacity["used_value"] / plan.capacity["capacity_value"]).nlargest(
        1, "share"
    )
    load = (
        f"職員が最も詰まるのは{era_year(int(busiest['fiscal_year'].iloc[0]))}で、能力 {busiest['capacity_value'].iloc[0]:.1f} 人のうち {busiest['used_value'].iloc[0]:.1f} 人を使う。"
        if len(busiest)
        else ""
    )
    return Answer(
        years[["system_id", "name_ja", "exit_fy", "exit_value_yen", "switching_yen", "exit_fte", "best_alone_fy", "value_lost_yen"]],
        _plan_sentence(plan, len(_fields(study).table)),
        (
            f"{load}{_proof(plan)}",
            "他の計画（共同調達・移行）は、この年度を与えられたものとして残りの能力を使う。",
            "「制約で失う価値」は、単独で最良の年度に離れられないことによる損失。上界は、これを超える計画が存在しないことの証明で、ギャップは計画と上界の差。",
        ),
        (_OUTSIDE_RATE, "期待値による計画であり、割増の動きを見て待つ判断は前の表による。", "事業者側の能力と年度ごとの予算の上限は、指定がないため課していない。"),
        plan,
    )  # fmt: skip


def show_calendar(study: LockinStudy) -> Answer:
    """E20: every date counted back from each contract's end, the most urgent first."""
    calendar = study.calendar
    names = study.names("systems", "system_id")
    table = calendar.table.assign(name_ja=calendar.table["system_id"].map(names))
    ahead, (low, high) = table[~table["is_past"]], study.late_between
    text = f"契約終了日のある {len(table)} 契約のうち、終了時に替えるための判断の期限を過ぎたものが {calendar.late_count} 件（各工程の期間の幅で {low}〜{high} 件）。"
    if len(ahead):
        first = ahead.iloc[0]
        text += f"次の期限は「{first['name_ja'] if pd.notna(first['name_ja']) else first['system_id']}」の{era_date(first['decision_date'].date())}（あと {int(first['left_days']):,} 日）。"
    columns = [
        "system_id",
        "name_ja",
        "contract_end_date",
        "decision_date",
        "left_days",
        "budget_request_date",
        "announced_date",
        "signing_date",
    ]
    return Answer(
        table.sort_values(["is_past", "decision_date", "system_id"]).reset_index(drop=True)[columns],
        text,
        (
            "契約終了の翌日に新しい契約で動いているように、移行・契約・公告（特定調達の40日以上）・仕様作成の期間を逆算し、債務負担行為の議決と予算要求の期限と比べて早い方を最終の判断期限とした。",
            "残り日数が負のものは期限を過ぎており、短期の延長か、その次の終了時に合わせて計画する。",
        ),
        ("補正予算や臨時の議会は見込んでいない。", "期間の長さは前提台帳の値で、仮置きを含む。"),
        replace(calendar, table=calendar.table.assign(system_id=with_names(calendar.table["system_id"], names))),
        (low, high, "各工程の期間の幅"),
    )  # fmt: skip


def forecast_total(study: LockinStudy) -> Answer:
    """E20: running cost of all systems if nothing is decided, with the interval and how it did on years held back."""
    result, series = study.cost_forecast, cost_series(study.case)
    total = result.totals[result.totals["level"] == "total"]
    table = (
        total[["fiscal_year", "central_yen", "lower_yen", "upper_yen"]].round().astype("int64").reset_index(drop=True)
    )
    last = table.iloc[-1]
    return Answer(
        table,
        f"このまま続けた場合、運用経費の合計は{era_year(int(last['fiscal_year']))}に {format_yen(float(last['central_yen']), '億円')}（95％区間 {format_yen(float(last['lower_yen']), '億円')}〜{format_yen(float(last['upper_yen']), '億円')}）。",
        (
            f"{result.series_count} システムの経費の系列から予測し、システム・部局・府全体の合計が一致するように調整した。合計の区間は、今あるシステムだけをつないだ過去の合計の予測誤差から定めた。",
            "実績の線は各年度に稼働していた全システムの合計で、新しく稼働したシステムの分だけ伸びが大きい。予測は今あるシステムだけの合計である。",
            "区間は、この経費の表で過去に生じた予測誤差そのものから定めた（分布を仮定しない）。",
        ),
        ("法改正・統合など、過去に例のない変化は含まれない。", "一時経費（更新・移行）は含まない運用経費である。"),
        ForecastWithHistory(result, series),
    )  # fmt: skip


def show_forecast_backtest(study: LockinStudy) -> Answer:
    """E20: by years ahead, how the same forecast did on the last years, held back before anything was fitted."""
    result = study.cost_forecast
    if result.backtest.empty:
        raise ModelError("履歴が短く、直近の年度を伏せた検証ができません。→ 5 年以上の経費を入れてください。")
    table = result.backtest.rename(columns={"observations_count": "series_count"})
    first, last = table.iloc[0], table.iloc[-1]
    return Answer(
        table,
        f"直近の年度を伏せて予測し直すと、95％区間に実績が入ったのは全体の {format_rate(result.backtest_coverage)}。中央の値は前年同額{_compared(table['mase_ratio'])}（誤差は1年先で {first['mase_ratio']:.2f} 倍、{int(last['years_ahead'])}年先で {last['mase_ratio']:.2f} 倍）。",
        (
            "最後の数年を伏せ、それより前だけから予測と区間を作り直して比べた。棒が横線（約束した95％）に近いほど、区間の幅は正直である。",
            "前年同額に対する誤差の比（MASE＝平均絶対誤差を、伏せる直前の金額を続けた場合の誤差で割ったもの）は、1 より小さければ中央の値に意味がある。sMAPE は実績と予測の平均に対する誤差の割合。",
            _worth(table["mase_ratio"]),
        ),
        ("伏せた期間は一つなので、その数年に固有の出来事（物価の上昇など）が当たりはずれを左右する。",),
        result,
    )  # fmt: skip


def _compared(ratios: pd.Series) -> str:
    if (ratios > 1).all():
        return "に劣る"
    return "より正確" if (ratios < 1).all() else "と優劣がつかない"


def _worth(ratios: pd.Series) -> str:
    """What the central path is good for beside 'the same as last year', in one sentence."""
    worse = int((ratios > 1).sum())
    if not worse:
        return "どの年数先でも、予測の中央の値は前年同額より誤差が小さい。"
    when = "どの年数先でも" if worse == len(ratios) else f"{len(ratios)} 通りの年数先のうち {worse} 通りで"
    return f"{when}、予測の中央の値より前年同額の方が誤差が小さい。契約期間中は金額が変わらない台帳ではそうなりやすく、予測から使ってよいのは区間である。個々の中央の値を予算額の根拠にしない。"


def _fields(study: LockinStudy) -> ExitFields:
    return exit_fields(study.case, study.diagnosis.states(), assumptions=study.assumptions)


def _reachable(study: LockinStudy) -> ExitFields:
    return with_reachable_ends(_fields(study), calendar=study.calendar, assumptions=study.assumptions)


def _by_year(result: PathComparison) -> pd.DataFrame:
    """One row a year: cost of the three paths and what open re-tender saves, with its interval."""
    table = result.table.set_index(["fiscal_year", "path"])
    names = {STAY: "stay_yen", OPEN: "retender_yen", MOVE: "move_yen"}
    wide = table["cost_yen"].unstack()[list(names)].rename(columns=names)
    saved = table.xs(OPEN, level="path")[["saved_yen", "saved_lower_yen", "saved_upper_yen"]]
    return wide.join(saved).round().astype("int64").reset_index()


def _said(row: Mapping[Hashable, Any]) -> str:
    """A saving with its interval in words: 少ない or 多い where the interval has one sign, both ends signed where it has not."""
    middle, low, high = (float(row[name]) for name in ("saved_yen", "saved_lower_yen", "saved_upper_yen"))
    word = "少ない" if middle >= 0 else "多い"
    if low > 0 or high < 0:
        near, far = sorted((abs(low), abs(high)))
        return (
            f"{format_yen(abs(middle), '億円')}{word}（95％区間 {format_yen(near, '億円')}〜{format_yen(far, '億円')}）"
        )
    return f"{format_yen(abs(middle), '億円')}{word}が、差があるとは言い切れない（少なくなる額の95％区間 {format_yen(low, '億円')}〜{format_yen(high, '億円')}）"


def _plan_sentence(plan: ExitPlan, asked: int) -> str:
    leaving = int(plan.years["exit_fy"].notna().sum())
    if not leaving:
        return f"検討できる {asked} システムに、契約終了時に離れて切替費用を取り戻せるものはない。"
    last = int(plan.years["exit_fy"].max())
    return f"検討できる {asked} システムのうち、離れる価値のあるものは {len(plan.years)}。府の職員の能力の範囲で {leaving} システムを{era_year(last)}までに離せ、価値は合計 {format_yen(plan.value_yen, '億円')}。"


def _proof(plan: ExitPlan) -> str:
    report = plan.report
    return f"解の確かさ：{report.status_ja}、上界 {format_yen(plan.bound_yen, '億円')}、ギャップ {format_rate(report.gap, decimals=2)}、求解 {math.ceil(report.seconds)} 秒以内。"


def plan_of(answer: Answer) -> ExitPlan:
    """Return the plan behind an answer of plan_all_exits."""
    plan: ExitPlan = answer.subject
    return plan

"""Who wins and who loses under one structure: municipalities, departments, vendors, small firms of the prefecture?

Municipalities and departments: discounted cost difference to the reference, draw by draw. A department's systems share the fate of their
unit (systems whose contract ends in the same year), in proportion to their yearly cost. Vendors: present yearly revenue that would be put up for
competition, joint purchases (mean over draws and years) and re-tenders at renewal apart. Who wins those tenders is not forecast.
What it leaves out: transfers by cost-sharing rules; the cost of the structure itself, which no department or municipality is charged.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from dxmodels.consolidation.fleet import HORIZON
from dxmodels.consolidation.holdings import UNKNOWN_JA, Holdings
from dxmodels.consolidation.result import SimulationResult
from dxmodels.consolidation.settings import read_structure
from dxmodels.consolidation.told import Told, short_ja
from dxmodels.errors import MissingTableError, ModelError
from dxmodels.inputs import load_option
from dxmodels.money import format_amount, format_rate

_SHOWN_VENDORS = 15
_HALF = 1 / 2


def tell_bodies(result: SimulationResult, option: str) -> Told:
    """Return each municipality's cost difference to the reference under one structure."""
    table = result.by_body(option)
    table = table[
        table["municipality_code"].isin(
            [code for code, people in zip(result.fleet.holders, result.fleet.population, strict=True) if people > 0]
        )
    ]
    wins, loses = table["difference_p50_yen"] < 0, table["difference_p50_yen"] > 0
    text = f"「{short_ja(result.titles[option])}」で負担が軽くなる市町村は{int(wins.sum())}、重くなるのは{int(loses.sum())}（中央値、{len(table)}団体）。"
    if loses.any():
        worst = table.sort_values("difference_p50_yen", kind="stable").iloc[-1]
        text += f"最も重くなるのは{worst['name_ja']}（{format_amount(worst['difference_p50_yen'])}、試行の{format_rate(float(worst['loses_share']), decimals=0)}で負担増）。"
    risky = table[(table["loses_share"] > _HALF)]
    if len(risky):
        text += f"半分を超える試行で負担増となるのは{'、'.join(risky['name_ja'].tail(8))}{'ほか' if len(risky) > 8 else ''}。"
    shown = table.drop(columns=["municipality_code", "difference_mean_yen"]).reset_index(drop=True)
    return Told(shown, text, result)


def tell_departments(result: SimulationResult, option: str) -> Told:
    """Return each department's cost difference to the reference under one structure."""
    gap = result.own_npv[option] - result.own_npv[result.reference]
    if not len(gap):
        raise ModelError("試行回数が多いため部局別の値は保存していません。draws を16384以下にしてください。")
    own = _holdings(result).own
    units = np.flatnonzero(result.fleet.is_prefecture)
    place = {unit: number for number, unit in enumerate(units.tolist())}
    rows = []
    for name, systems in own.groupby("department_ja", sort=True):
        weight = np.zeros(len(units))
        for unit, annual in zip(systems["unit_number"], systems["annual_yen"], strict=True):
            weight[place[int(unit)]] += annual / result.fleet.annual_yen[int(unit)]
        draws = gap @ weight
        low, middle, high = np.quantile(draws, (0.05, 0.50, 0.95))
        rows.append(
            {
                "department_ja": name,
                "systems_count": len(systems),
                "annual_cost_yen": round(float(systems["annual_yen"].sum())),
                "difference_p05_yen": round(float(low)),
                "difference_p50_yen": round(float(middle)),
                "difference_p95_yen": round(float(high)),
                "loses_share": float((draws > 0).mean()),
            }
        )
    table = pd.DataFrame(rows).sort_values("difference_p50_yen", kind="stable", ignore_index=True)
    first = table.iloc[0]
    losers = table[table["loses_share"] > _HALF]
    text = (
        f"「{short_ja(result.titles[option])}」で負担が最も軽くなる部局は{first['department_ja']}（{format_amount(first['difference_p50_yen'])}）。"
        + (
            f"半分を超える試行で重くなるのは{'、'.join(losers['department_ja'])}。"
            if len(losers)
            else "経費の面で損をする部局はない。"
        )
        + "ただし、仕様の審査と一元化に応じる手間は全部局に生じる。"
    )
    return Told(table, text, result)


def tell_vendors(result: SimulationResult, option: str) -> Told:
    """Return the incumbent vendors with the most revenue put up for competition."""
    table = _vendor_table(result, option)
    total = table["joint_exposed_yen"].sum() + table["retender_exposed_yen"].sum()
    head = table.head(3)
    share = float((head["joint_exposed_yen"] + head["retender_exposed_yen"]).sum() / total) if total else 0.0
    text = (
        f"「{short_ja(result.titles[option])}」で競争にかかる現行事業者の売上は年{format_amount(total)}（共同調達{format_amount(table['joint_exposed_yen'].sum())}、"
        f"府の再調達{format_amount(table['retender_exposed_yen'].sum())}）で、上位3者がその{format_rate(share, decimals=0)}を占める。"
    )
    return Told(table.head(_SHOWN_VENDORS).drop(columns="is_local_sme"), text, result)


def tell_local_firms(result: SimulationResult, option: str) -> Told:
    """Return what the structure puts at stake for small and medium firms of the prefecture, beside all other vendors."""
    table = _vendor_table(result, option)
    if not table["is_local_sme"].notna().any():
        raise MissingTableError("vendors", ["is_local_sme"])
    words = table["is_local_sme"].map({True: "府内中小企業", False: "その他の事業者"}).fillna(UNKNOWN_JA)
    sums = table.assign(vendor_class_ja=words).groupby("vendor_class_ja", sort=True)
    found = sums[["annual_cost_yen", "joint_exposed_yen", "retender_exposed_yen"]].sum().reset_index()
    found.insert(1, "vendors_count", sums.size().to_numpy())
    found["exposed_share"] = (found["joint_exposed_yen"] + found["retender_exposed_yen"]) / found["annual_cost_yen"]
    rows = found.set_index("vendor_class_ja")
    text = f"府内中小企業{int(rows['vendors_count'].get('府内中小企業', 0))}者の現在の売上は年{format_amount(rows['annual_cost_yen'].get('府内中小企業', 0))}で、"
    text += f"「{short_ja(result.titles[option])}」ではその{format_rate(float(rows['exposed_share'].get('府内中小企業', 0.0)))}が競争にかかる"
    text += f"（その他の事業者は{format_rate(float(rows['exposed_share'].get('その他の事業者', 0.0)))}）。"
    return Told(found, text, result)


def _vendor_table(result: SimulationResult, option: str) -> pd.DataFrame:
    held = _holdings(result)
    share = result.unit_shared[option] / (result.draws * (HORIZON + 1))
    cells = held.cells.assign(joint_exposed_yen=held.cells["annual_yen"] * share[held.cells["unit_number"]])
    years = np.maximum(0, HORIZON + 1 - result.fleet.renewal[held.own["unit_number"]]) / (HORIZON + 1)
    retenders = read_structure(load_option(option)).retenders
    own = held.own.assign(retender_exposed_yen=held.own["annual_yen"] * years * float(retenders))
    joined = pd.concat([cells, own])[["vendor_id", "annual_yen", "joint_exposed_yen", "retender_exposed_yen"]]
    table = (
        joined.fillna({"joint_exposed_yen": 0.0, "retender_exposed_yen": 0.0})
        .groupby("vendor_id", as_index=False)
        .sum()
    )
    table = table.merge(held.vendors, on="vendor_id", how="left")
    table["vendor_ja"] = table["vendor_ja"].fillna(UNKNOWN_JA)
    table["exposed_share"] = (table["joint_exposed_yen"] + table["retender_exposed_yen"]) / table["annual_yen"]
    ordered = table.assign(order=table["joint_exposed_yen"] + table["retender_exposed_yen"]).sort_values(
        ["order", "vendor_id"], ascending=[False, True]
    )
    shown = ordered.rename(columns={"annual_yen": "annual_cost_yen"})
    amounts = ["annual_cost_yen", "joint_exposed_yen", "retender_exposed_yen"]
    shown[amounts] = shown[amounts].round().astype("int64")
    return shown[["vendor_ja", "is_local_sme", *amounts, "exposed_share"]].reset_index(drop=True)


def _holdings(result: SimulationResult) -> Holdings:
    if result.fleet.holdings is None:
        raise ModelError("この事例の単位には個々のシステムの内訳がありません。build_fleet で作り直してください。")
    return result.fleet.holdings

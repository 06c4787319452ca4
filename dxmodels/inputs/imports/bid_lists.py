"""What do Japanese lists of bid results (入札結果一覧) say in the tables ``contracts`` and ``bids``?

One row a bidder, or one row a contract; amounts in yen or 千円, with or without tax (made tax-inclusive at the fiscal year's rate). Who only
declined is no bidder; プロポーザル and 随意契約 list the chosen firm only, so their counts stay blank; a contract of which one line was
refused has no count either, because it would be too small. What the heading does not say about tax is asked for, not guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from dxmodels.errors import Fault, InputError
from dxmodels.inputs.imports.aliases import alias_table, field_ja, meaning_within, only_meaning_within, plain
from dxmodels.inputs.imports.cells import amount_of, company_key, is_mark, result_of, year_of_days
from dxmodels.inputs.imports.findings import Ledger, Reading
from dxmodels.inputs.imports.grids import Grid, read_grids
from dxmodels.inputs.imports.headings import Heading, find_heading, no_heading
from dxmodels.inputs.imports.rows import BidLine, Lot, contract_key, first_day, lots_of, read_lot
from dxmodels.inputs.imports.taxes import Taxes
from dxmodels.inputs.schemas.purchases import COMPETITIVE_METHODS

NEEDED = (("title", "number"), ("vendor", "winner_name"))
_TAX_CURE = "見出しに（税抜）か（税込）を書くか、--tax 税抜／--tax 税込 を付けて実行してください"
_STATUS = {"winner": "valid", "valid": "valid", "": "valid"}


def read_bid_list(path: Path, *, tax: str = "") -> Reading:
    """Return the contracts and bids of a list; ``tax`` ("net", "gross") where the file does not say. InputError with all faults."""
    ledger = Ledger(path.name)
    sheets = [(grid, find_heading(grid, needed=NEEDED)) for grid in read_grids(path)]
    known = [(grid, heading) for grid, heading in sheets if heading is not None]
    if not known:
        raise no_heading(
            sheets[0][0] if sheets else Grid(path.name, ()), needed_ja="「件名」と「入札者」または「落札者」"
        )
    _refuse_unknown_tax(known, tax)
    taxes = Taxes()
    contracts: list[dict[str, Any]] = []
    bids: list[dict[str, Any]] = []
    for grid, heading in sheets:
        if heading is None:
            _note_sheet(grid, ledger)
            continue
        _note_headings(grid, heading, ledger)
        for lot in lots_of(grid, heading, ledger):
            _take_lot(lot, heading, tax, taxes, ledger, contracts, bids)
    ledger.check()
    return Reading("bids", pd.DataFrame(contracts, dtype=object), pd.DataFrame(bids, dtype=object), ledger)


def _refuse_unknown_tax(sheets: Sequence[tuple[Grid, Heading]], tax: str) -> None:
    faults = [
        Fault(grid.label, "税込か税抜かが書かれていません", _TAX_CURE, heading.first_line, field_ja(field))
        for grid, heading in sheets
        for field, said in heading.taxes.items()
        if not (said or tax)
    ]
    if faults:
        raise InputError(faults)


def _note_sheet(grid: Grid, ledger: Ledger) -> None:
    """A sheet without a header of a bid list: its lines are counted and kept in the report, never dropped unseen."""
    cure = "入札結果の表なら見出しを直してください（表紙・注記ならこのままで構いません）"
    ledger.find(Fault(grid.label, "見出しの見つからないシートです", cure), "note")
    for row, line in enumerate(grid.lines, start=1):
        if any(cell.strip() for cell in line):
            ledger.read()
            ledger.settle("idle")
            ledger.refused.append((grid.label, row, "\t".join(line), "見出しの見つからないシートの行"))


def _note_headings(grid: Grid, heading: Heading, ledger: Ledger) -> None:
    row = heading.first_line
    cure = "取り込みたい列なら aliases.csv に言い換えを足してください"
    for _, words in heading.unknown:
        ledger.find(Fault(grid.label, "知らない見出しの列を読み飛ばしました", cure, row, words), "note")
    for field, words in heading.doubled:
        problem = f"「{field_ja(field)}」に当たる列が2つあり、左の列を使いました"
        ledger.find(Fault(grid.label, problem, "不要な列を消してください", row, words), "note")


def _take_lot(
    lot: Lot, heading: Heading, tax: str, taxes: Taxes, ledger: Ledger,
    contracts: list[dict[str, Any]], bids: list[dict[str, Any]],
) -> None:  # fmt: skip
    """Turn one lot into a contract and its bids; without a fiscal year all its lines are refused."""
    read_lot(lot, ledger)
    year = lot.values["fiscal_year"] or year_of_days(*first_day(lot))
    if year is None:
        for line in lot.lines:
            fault = Fault(
                lot.file, "契約年度が分かりません", "年度、開札日、契約日のいずれかを書いてください", line.row
            )
            ledger.refuse(fault, line.line, line.amount.yen)
        return
    said = {field: word or tax for field, word in heading.taxes.items()}
    if _failed(lot, ledger):
        return
    contract = _contract(lot, heading, year, ledger)
    lines = _bidder_rows(lot, year, said, taxes, contract, ledger) if "vendor" in heading.places else []
    if "vendor" not in heading.places:
        _settle_contract_lines(lot, ledger)
    elif not lines:
        return  # every line of it was refused: nothing certain is left to say
    _complete(contract, lot, lines, year, heading, said, taxes, ledger)
    contracts.append(contract)
    bids += [
        {key: row[key] for key in ("contract_id", "vendor_id", "bid_yen", "bid_status", "is_winner", "source_row")}
        for row in lines
    ]


def _failed(lot: Lot, ledger: Ledger) -> bool:
    """Whether the tender ended without a contract (不調, 中止 …): told in the report, never taken for a firm of that name."""
    names = [plain(line.texts.get("winner_name") or line.texts.get("vendor", "")) for line in lot.lines]
    if not all(name in alias_table("no_winner") for name in names):
        return False
    for line, name in zip(lot.lines, names, strict=True):
        ledger.settle("idle", line.amount.yen)
        cure = "契約に至った後の一覧に改めて載っていれば、そのままで構いません"
        ledger.find(Fault(lot.file, "契約に至らなかった入札なので取り込みません", cure, line.row, field_ja("winner_name"), name), "note")  # fmt: skip
    return True


def _contract(lot: Lot, heading: Heading, year: int, ledger: Ledger) -> dict[str, Any]:
    texts, values = lot.texts, lot.values
    method_text = texts.get("method", "")
    method = meaning_within(method_text, "method") or None
    if method_text and method is None:
        cure = "方式の言い換えを aliases.csv（group=method）に足してください"
        ledger.find(
            Fault(lot.file, "契約方式を読み取れません", cure, lot.row, field_ja("method"), method_text), "value_blank"
        )
    if "method" not in heading.places:
        method = (
            only_meaning_within(heading.above, "method") or None
        )  # 「令和7年度 随意契約結果」 says it once for all rows
    detail = "／".join(
        word for word in (method_text if method_text != method else "", texts.get("method_detail", "")) if word
    )
    title = texts.get("title") or texts["number"]
    return {
        "contract_id": contract_key(texts, values, year),
        "title_ja": title,
        "contract_kind": meaning_within(texts.get("contract_kind", ""), "kind")
        or ("change" if "変更契約" in title else "initial"),
        "contract_fy": year,
        "contract_method": method,
        "method_detail_ja": detail or None,
        **{name: values[name] for name in ("announced_date", "opening_date", "start_date", "end_date")},
        "tax_included": True,
        "agency_ja": texts.get("agency", ""),
        "source_file": lot.file,
        "source_row": lot.row,
    }


def _settle_contract_lines(lot: Lot, ledger: Ledger) -> None:
    """A list of one row a contract: the first line is the contract, a second line of the same contract contradicts it."""
    first, *others = lot.lines
    ledger.settle("used", first.amount.yen)
    for line in others:
        fault = Fault(
            lot.file,
            f"{first.row} 行目と同じ契約です",
            "重複なら1行にまとめ、別の契約なら番号を分けてください",
            line.row,
        )
        ledger.refuse(fault, line.line, line.amount.yen)


def _bidder_rows(
    lot: Lot, year: int, said: dict[str, str], taxes: Taxes, contract: dict[str, Any], ledger: Ledger
) -> list[dict[str, Any]]:
    """Return one row a bidder; an earlier round of the same bidder is superseded by the later one."""
    rows: dict[str, dict[str, Any]] = {}
    for line in lot.lines:
        row = _bid(lot, line, ledger)
        if row is None:
            lot.broken = True
            continue
        earlier = rows.get(row["vendor_id"])
        if earlier is not None:
            _supersede(lot, earlier, ledger)
        ledger.settle("used", line.amount.yen)
        row["bid_yen"] = taxes.gross(line.amount.yen, year, said.get(line.scale_field, "gross"))
        rows[row["vendor_id"]] = {
            **row,
            "contract_id": contract["contract_id"],
            "source_row": line.row,
            "written": line.amount.yen,
        }
    return list(rows.values())


def _supersede(lot: Lot, earlier: dict[str, Any], ledger: Ledger) -> None:
    ledger.rows["used"] -= 1
    ledger.yen["used"] -= earlier["written"] or 0
    ledger.settle("superseded", earlier["written"])
    fault = Fault(lot.file, "同じ入札者の行が後にあり、後の行（再度入札）を使いました", "再度入札でなければ重複を消してください",
                  earlier["source_row"], field_ja("vendor"), earlier["vendor_id"])  # fmt: skip
    ledger.find(fault, "note")


def _bid(lot: Lot, line: BidLine, ledger: Ledger) -> dict[str, Any] | None:
    """Return bidder, status and mark of one line, or None where it had to be refused."""
    texts, amount = line.texts, line.amount
    name = texts.get("vendor", "")
    word = result_of(texts.get("status", "")) or amount.word or _of_note(texts.get("note", ""))
    winner = word == "winner" or (
        "winner" in texts and (is_mark(texts["winner"]) or result_of(texts["winner"]) == "winner")
    )
    if not name:
        fault = Fault(
            lot.file,
            "入札者の名がありません",
            "入札者名を書いてください（集計行なら消してください）",
            line.row,
            field_ja("vendor"),
        )
    elif amount.problem:
        cure = "数字だけにするか、辞退・失格・無効・遅延のいずれかを書いてください"
        fault = Fault(lot.file, amount.problem, cure, line.row, field_ja(line.scale_field), texts[line.scale_field])
    elif amount.yen is None and not word and not winner:
        cure = "入札金額か、辞退・失格・無効などの結果を書いてください"
        fault = Fault(lot.file, "金額も結果もありません", cure, line.row, field_ja("bid_yen"))
    else:
        status = _STATUS.get(word, word)
        return {
            "vendor_id": company_key(name),
            "vendor_name_ja": name,
            "bid_status": status,
            "is_winner": winner and status == "valid",
        }
    ledger.refuse(fault, line.line, amount.yen)
    return None


def _of_note(text: str) -> str:
    """A free remark may tell that a bid did not count; it is never taken to say who won."""
    word = result_of(text)
    return word if word not in {"winner", "valid"} else ""


def _complete(
    contract: dict[str, Any], lot: Lot, rows: list[dict[str, Any]], year: int, heading: Heading, said: dict[str, str],
    taxes: Taxes, ledger: Ledger,
) -> None:  # fmt: skip
    """Add what the bids say to the contract: winner, award, ceiling and the counts that may be believed."""
    for name in ("ceiling_yen", "award_yen"):
        text = next((line.texts[name] for line in lot.lines if name in line.texts), "")
        amount = amount_of(text, heading.scales[name]) if text else amount_of("", 1)
        if amount.problem:
            cure = "数字だけにしてください（非公表なら空欄）"
            ledger.find(Fault(lot.file, amount.problem, cure, lot.row, field_ja(name), text), "value_blank")
        contract[name] = taxes.gross(amount.yen, year, said[name]) if text else None
    _name_winner(contract, lot, rows)
    if len(rows) == 1 and lot.lines[0].scale_field == "award_yen" and rows[0]["bid_status"] == "valid":
        rows[0]["is_winner"] = True  # the one firm of the row whose amount is the award
    won = [row for row in rows if row["is_winner"]]
    if len(won) > 1:
        cure = "件名か番号を契約ごとに分けるか、落札の印を1者だけにしてください（落札者と契約額は空欄のままです）"
        ledger.find(Fault(lot.file, f"1つの契約に落札者が {len(won)} 者あります", cure, lot.row, field_ja("status"), "、".join(row["vendor_id"] for row in won)), "value_blank")  # fmt: skip
    contract["vendor_id"] = won[0]["vendor_id"] if len(won) == 1 else contract.pop("named", None)
    if contract["award_yen"] is None and len(won) == 1:
        contract["award_yen"] = won[0]["bid_yen"]
    _count(contract, lot, rows)


def _name_winner(contract: dict[str, Any], lot: Lot, rows: list[dict[str, Any]]) -> None:
    """Where no line is marked, the bidder whose name stands under 落札者 has won."""
    name = company_key(next((line.texts["winner_name"] for line in lot.lines if "winner_name" in line.texts), ""))
    if name and name not in alias_table("status") and name not in alias_table("no_winner"):
        contract["named"] = name
        if not any(row["is_winner"] for row in rows):
            for row in rows:
                row["is_winner"] = row["vendor_id"] == name and row["bid_status"] == "valid"


def _count(contract: dict[str, Any], lot: Lot, rows: list[dict[str, Any]]) -> None:
    """Counts of bidders: as the list states them; else counted, for competitive methods whose every line was understood."""
    contract.pop("named", None)
    handed_in = sum(row["bid_status"] != "declined" for row in rows)
    valid = sum(row["bid_status"] == "valid" for row in rows)
    counted = bool(rows) and not lot.broken and contract["contract_method"] in COMPETITIVE_METHODS
    stated = lot.values["bidders_count"]
    contract["bidders_count"] = stated if stated is not None else (handed_in if counted else None)
    contract["valid_bids_count"] = valid if counted and (stated is None or valid <= stated) else None

"""What do the national files 5-1 (支出先) and 5-4 (国庫債務負担行為等による契約) of the 行政事業レビュー say about contracts?

A zip of one CSV, or the CSV. Rows without a vendor and an amount are no contracts (a project without one, a block's or a vendor's total):
they are counted as idle. Amounts are tax-inclusive as the ministries state them. The file has no ceiling price: none is made up here; the award
rate is kept in the staging table, from which ``dxmodels.lockin.national_summary`` computes the national figures.
"""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd

from dxmodels.errors import Fault, InputError
from dxmodels.inputs.imports.aliases import field_ja, meaning_within
from dxmodels.inputs.imports.cells import amount_of, company_key, count_of, year_of
from dxmodels.inputs.imports.findings import Ledger, Reading
from dxmodels.inputs.imports.grids import Grid, csv_lines, read_grids
from dxmodels.inputs.imports.headings import Heading, find_heading, no_heading
from dxmodels.inputs.raw import MOST_BYTES
from dxmodels.inputs.schemas.purchases import COMPETITIVE_METHODS
from dxmodels.inputs.text_files import decode
from dxmodels.money import parse_number

NEEDED = (("vendor",), ("title",), ("award_yen",), ("method",))
STAGING = "review_contracts"
STAGING_COLUMNS = (
    "contract_id", "fiscal_year", "project_id", "project_ja", "office_ja", "vendor_name_ja", "corporate_number", "title_ja",
    "award_yen", "contract_method_ja", "bidders_count", "award_rate_pct", "reason_ja", "source_row",
)  # fmt: skip


def read_review(path: Path, *, kind: str) -> Reading:
    """Return the contracts of a review file (``kind``: review51 or review54), with the staging table the national figures need."""
    grid = _grid(path)
    heading = find_heading(grid, needed=NEEDED, group="review")
    if heading is None:
        raise no_heading(grid, needed_ja="「契約先名（支出先名）」「契約概要」「契約額（金額）」「契約方式等」")
    _refuse_other_kind(grid, heading, kind)
    ledger = Ledger(path.name)
    staged: list[dict[str, Any]] = []
    vendor: dict[str, str] = {}
    for index in range(heading.first_line, len(grid.lines)):
        cells = grid.lines[index]
        if any(cell.strip() for cell in cells):
            texts = _texts(cells, heading)
            vendor = _vendor_of(texts, vendor, kind)
            _take_row({**vendor, **texts}, index + 1, "\t".join(cells), ledger, grid.label, kind, staged)
    ledger.check()
    table = pd.DataFrame(staged, columns=list(STAGING_COLUMNS), dtype=object)
    bids = pd.DataFrame(columns=["contract_id", "vendor_id", "bid_yen", "bid_status", "is_winner"], dtype=object)
    return Reading(kind, _contracts(table, grid.label), bids, ledger, {STAGING: table})


def _grid(path: Path) -> Grid:
    """Return the only CSV of a zip, or the file itself."""
    if path.suffix.lower() != ".zip":
        return next(iter(read_grids(path)), Grid(path.name, ()))
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if name.lower().endswith(".csv")]
            if len(names) != 1 or archive.getinfo(names[0]).file_size > MOST_BYTES:
                cure = f"CSVを1つだけ（{MOST_BYTES:,} バイト以内）含むzipにしてください"
                raise InputError([Fault(path.name, f"zipの中のCSVが {len(names)} 個あるか、大きすぎます", cure)])
            data = archive.read(names[0])
    except (zipfile.BadZipFile, OSError, RuntimeError) as error:
        raise InputError([Fault(path.name, "zipとして開けません", "ダウンロードし直してください")]) from error
    return Grid(path.name, csv_lines(decode(data, file=path.name), file=path.name))


def _refuse_other_kind(grid: Grid, heading: Heading, kind: str) -> None:
    """5-4 speaks of 契約先 throughout, 5-1 of 支出先: the two must not be taken for each other (their amounts overlap)."""
    found = "review54" if any("国庫債務負担行為等" in words for words in heading.words) else "review51"
    if found != kind:
        cure = f"dx import {found} で取り込んでください"
        raise InputError([Fault(grid.label, f"{kind} ではなく {found} の様式です", cure, heading.first_line)])


def _texts(cells: list[str] | Any, heading: Heading) -> dict[str, str]:
    width = len(cells)
    return {name: text for name, place in heading.places.items() if place < width and (text := cells[place].strip())}


def _vendor_of(texts: dict[str, str], before: dict[str, str], kind: str) -> dict[str, str]:
    """In 5-1 the vendor's own row stands above its contract rows; a contract row without a name belongs to it."""
    if kind != "review51":
        return {}
    keys = ("project_id", "block")
    if "vendor" in texts:
        return {name: texts[name] for name in (*keys, "vendor", "corporate_number") if name in texts}
    same = all(texts.get(name) == before.get(name) for name in keys)
    return before if same and "block_total" not in texts else {}


def _take_row(
    texts: dict[str, str], row: int, line: str, ledger: Ledger, label: str, kind: str, staged: list[dict[str, Any]]
) -> None:
    """Stage one row as a contract, count it as idle where it is none, or refuse it."""
    amount = _signed_amount(texts.get("award_yen", ""))
    ledger.read(amount if isinstance(amount, int) else None)
    if isinstance(amount, str):
        cure = "円の整数に直してください"
        ledger.refuse(Fault(label, amount, cure, row, field_ja("award_yen", "review"), texts["award_yen"]), line)
    elif "vendor" not in texts and amount is not None:
        ledger.refuse(
            Fault(
                label,
                "金額があるのに契約先名がありません",
                "契約先名を書いてください",
                row,
                field_ja("vendor", "review"),
            ),
            line,
            amount,
        )
    elif "vendor" not in texts or amount is None:
        ledger.settle("idle")
    else:
        entry = _entry(texts, row, amount, label, kind, ledger)
        if entry is None:
            fault = Fault(label, "事業年度が読めません", "事業年度を 2024 の形で書いてください", row, field_ja("fiscal_year", "review"),
                          texts.get("fiscal_year", ""))  # fmt: skip
            ledger.refuse(fault, line, amount)
        else:
            ledger.settle("used", amount)
            staged.append(entry)


def _signed_amount(text: str) -> int | str | None:
    """Return yen (a change contract may be negative), None for a blank, or the problem."""
    if text.startswith(("-", "▲", "△")):
        try:
            value = parse_number(text)
        except ValueError:
            return "金額として読めません"
        return int(value) if value == int(value) else "円未満の端数になります"
    amount = amount_of(text, 1)
    return amount.problem or amount.yen


def _entry(
    texts: dict[str, str], row: int, amount: int, label: str, kind: str, ledger: Ledger
) -> dict[str, Any] | None:
    try:
        year = year_of(texts.get("fiscal_year", ""))
    except ValueError:
        return None
    if year is None:
        return None
    said = (kind, year, row, texts.get("project_id", ""), texts["vendor"], texts.get("title", ""), amount)
    key = hashlib.sha256("\x1f".join(map(str, said)).encode()).hexdigest()[:12]
    return {
        "contract_id": f"R{kind[-2:]}-{year}-{key}",
        "fiscal_year": year,
        "project_id": texts.get("project_id", ""),
        "project_ja": texts.get("project", ""),
        "office_ja": texts.get("office", ""),
        "vendor_name_ja": texts["vendor"],
        "corporate_number": texts.get("corporate_number", ""),
        "title_ja": texts.get("title", ""),
        "award_yen": amount,
        "contract_method_ja": texts.get("method", ""),
        "bidders_count": _read(count_of, texts, "bidders_count", row, label, ledger),
        "award_rate_pct": _read(_rate, texts, "award_rate", row, label, ledger),
        "reason_ja": texts.get("reason", ""),
        "source_row": row,
    }


def _rate(text: str) -> float | None:
    return float(parse_number(text.removesuffix("%").removesuffix("％"))) if text else None


def _read(read: Any, texts: dict[str, str], name: str, row: int, label: str, ledger: Ledger) -> Any:
    try:
        return read(texts.get(name, ""))
    except ValueError:
        cure = "数字に直してください（不明なら空欄）"
        ledger.find(Fault(label, "数として読めません", cure, row, field_ja(name, "review"), texts[name]), "value_blank")
        return None


def _contracts(table: pd.DataFrame, label: str) -> pd.DataFrame:
    """Return the staged rows as contracts; a negative amount stays in the staging table alone (the schema has none)."""
    rows = []
    for entry in table.to_dict("records"):
        method = meaning_within(entry["contract_method_ja"], "method") or None
        competitive = method in COMPETITIVE_METHODS
        detail = entry["contract_method_ja"] if entry["contract_method_ja"] != method else ""
        bidders = entry["bidders_count"] if competitive and entry["bidders_count"] else None
        rows.append(
            {
                "contract_id": entry["contract_id"], "title_ja": entry["title_ja"] or None,
                "contract_kind": "change" if "変更契約" in entry["title_ja"] or entry["award_yen"] < 0 else "initial",
                "contract_fy": entry["fiscal_year"], "contract_method": method, "method_detail_ja": detail or None,
                "bidders_count": bidders, "award_yen": entry["award_yen"], "tax_included": True,
                "vendor_id": company_key(entry["vendor_name_ja"]), "agency_ja": entry["office_ja"],
                "source_file": label, "source_row": entry["source_row"],
            }
        )  # fmt: skip
    return pd.DataFrame(rows, dtype=object)

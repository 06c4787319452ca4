"""What do OCDS files (release packages, record packages, JSON Lines of either or of releases) say in ``contracts`` and ``bids``?

All releases of one process (ocid) are merged to one compiled release by ``ocdsmerge``, the standard's own library, with the merge rules of OCDS 1.1
kept in ``ocds_merge_rules.csv``: nothing is fetched. One award makes one contract row; a process without an active award one row without
award. Amounts are tax-inclusive only where the file cannot say, so the user says it (``--tax``); other currencies than JPY are refused.
"""

from __future__ import annotations

import datetime as dt
import gzip
import io
import json
import zlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ocdsmerge
import pandas as pd
from ocdsmerge.exceptions import OCDSMergeError

from dxmodels.errors import Fault, InputError
from dxmodels.fiscal import fiscal_year_of
from dxmodels.inputs.imports.aliases import meaning_within, merge_rules
from dxmodels.inputs.imports.cells import company_key
from dxmodels.inputs.imports.findings import Ledger, Reading
from dxmodels.inputs.imports.taxes import Taxes
from dxmodels.inputs.raw import MOST_BYTES
from dxmodels.inputs.text_files import decode, read_bytes

_METHODS = {"open": "一般競争", "selective": "指名競争", "limited": "随意契約", "direct": "随意契約"}
_BID_STATUS = {
    "valid": "valid",
    "pending": "valid",
    "invited": "declined",
    "disqualified": "disqualified",
    "withdrawn": "declined",
}
_GONE = {"cancelled", "unsuccessful", "pending"}
_TAX_CURE = "--tax 税抜 か --tax 税込 を付けて実行してください（OCDSの金額は税の別を示しません）"

_GZIP = b"\x1f\x8b"

Json = dict[str, Any]


def read_ocds(path: Path, *, tax: str = "") -> Reading:
    """Return the contracts and bids of an OCDS file; one process is one row of the account. InputError where it is no OCDS."""
    if not tax:
        raise InputError([Fault(path.name, "税込か税抜かが書かれていません", _TAX_CURE)])
    ledger = Ledger(path.name)
    releases = _releases_by_process(path, ledger)
    merger = ocdsmerge.Merger(merge_rules=merge_rules())
    taxes = Taxes()
    contracts: list[dict[str, Any]] = []
    bids: list[dict[str, Any]] = []
    for ocid, (row, group) in releases.items():
        _take_process(_Process(path.name, row, ocid, tax), group, merger, taxes, ledger, contracts, bids)
    ledger.check()
    if not ledger.rows_read:
        cure = "releases か records に公表単位のあるファイルを指定してください"
        raise InputError([Fault(path.name, "公表単位（release）が1件もありません", cure)])
    return Reading("ocds", pd.DataFrame(contracts, dtype=object), pd.DataFrame(bids, dtype=object), ledger)


class _Process:
    """Where one process stands in the file, and the tax note of its amounts."""

    def __init__(self, file: str, row: int, ocid: str, tax: str) -> None:
        self.file, self.row, self.ocid, self.tax = file, row, ocid, tax

    def fault(self, column: str, value: object, problem: str, cure: str) -> Fault:
        """Return a fault at this process."""
        return Fault(self.file, f"{self.ocid}：{problem}", cure, self.row, column, str(value))


def _releases_by_process(path: Path, ledger: Ledger) -> dict[str, tuple[int, list[Json]]]:
    found: dict[str, tuple[int, list[Json]]] = {}
    groups: dict[str, list[Json]] = defaultdict(list)
    for row, item in _items(path, ledger):
        for release in _releases_in(item):
            ocid = release.get("ocid") if isinstance(release, dict) else None
            if not isinstance(ocid, str) or not ocid:
                ledger.read()
                fault = Fault(path.name, "ocid のない公表単位です", "ocid を書いてください", row, "ocid")
                ledger.refuse(fault, json.dumps(release, ensure_ascii=False)[:2000])
                continue
            groups[ocid].append(release)
            found.setdefault(ocid, (row, groups[ocid]))
    return found


def _items(path: Path, ledger: Ledger) -> Iterator[tuple[int, Any]]:
    """Yield (line, object): one object of a JSON file, or one a line of JSON Lines; an unreadable line is refused."""
    text = decode(_unpacked(path), file=path.name)
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        yield from _json_lines(text, path, ledger)
        return
    for item in whole if isinstance(whole, list) else [whole]:
        if not isinstance(item, dict) or not {"releases", "records", "ocid"} & set(item):
            cure = "OCDS の release package、record package、または JSON Lines を指定してください"
            raise InputError([Fault(path.name, "OCDSのファイルではありません", cure)])
        yield 1, item


def _unpacked(path: Path) -> bytes:
    """The bytes of the file; a gzip archive (as registries hand JSON Lines out) is unpacked up to the size any file may have."""
    data = read_bytes(path)
    if not data.startswith(_GZIP):
        return data
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
            whole = packed.read(MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError([Fault(path.name, "圧縮ファイル（gz）を開けません", "もう一度取得するか、展開したファイルを指定してください")]) from error  # fmt: skip
    if len(whole) > MOST_BYTES:
        raise InputError([Fault(path.name, f"展開すると {MOST_BYTES:,} バイトを超えます", "年度などで分けてください")])
    return whole


def _json_lines(text: str, path: Path, ledger: Ledger) -> Iterator[tuple[int, Any]]:
    good = 0
    for row, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
        except (ValueError, RecursionError):
            item = None
        if isinstance(item, dict):
            good += 1
            yield row, item
        else:
            ledger.read()
            cure = "1行に1つのJSONを書いてください"
            ledger.refuse(Fault(path.name, "JSONとして読めない行です", cure, row, value=line[:200]), line)
    if not good:
        raise InputError([Fault(path.name, "JSONとして読める行がありません", "JSON か JSON Lines を指定してください")])


def _releases_in(item: Any) -> list[Any]:
    """Return every release of a package, of the records of a package, or the release or record itself; what has another shape comes back as it is, to be refused.

    A record's compiled release is used only where its releases are not given (or are mere links): they carry the history.
    """
    if not isinstance(item, dict):
        return [item]
    if "records" in item:
        records = item["records"]
        return [release for record in records for release in _releases_in(record)] if isinstance(records, list) else [records]  # fmt: skip
    if "releases" in item:
        if not isinstance(item["releases"], list):
            return [item["releases"]]
        full = [release for release in item["releases"] if not (isinstance(release, dict) and "url" in release)]
        return full or [item[name] for name in ("compiledRelease",) if name in item]
    return [item["compiledRelease"]] if "compiledRelease" in item else [item]


def _take_process(
    process: _Process, group: list[Json], merger: Any, taxes: Taxes, ledger: Ledger,
    contracts: list[dict[str, Any]], bids: list[dict[str, Any]],
) -> None:  # fmt: skip
    """Merge one process and turn it into contracts and bids, or refuse it whole."""
    ledger.read()
    raw = json.dumps(group, ensure_ascii=False)[:2000]
    try:
        release = merger.create_compiled_release(group)
        rows, found = _rows_of(process, release, taxes)
    except OCDSMergeError as error:
        cure = "date などの必須項目を直してください"
        ledger.refuse(process.fault("", "", f"1つにまとめられません（{type(error).__name__}）", cure), raw)
    except (TypeError, ValueError, AttributeError, KeyError, OverflowError) as error:
        cure = "OCDS 1.1 の形（金額は数値、日付は ISO 8601、通貨は JPY）に直してください"
        ledger.refuse(process.fault("", "", f"読み取れない値があります（{error}）", cure), raw)
    else:
        ledger.settle("used")
        _note_unmapped(process, release, ledger)
        contracts += rows
        bids += found


def _rows_of(process: _Process, release: Json, taxes: Taxes) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    tender = release.get("tender") or {}
    period = tender.get("tenderPeriod") or {}
    awards = [award for award in release.get("awards") or [] if award.get("status", "active") not in _GONE]
    base = {
        "contract_method": _method(tender),
        "method_detail_ja": tender.get("procurementMethodDetails"),
        "announced_date": _day(period.get("startDate")),
        "opening_date": _day((tender.get("bidOpening") or {}).get("date") or period.get("endDate")),
        "tax_included": True,
        "agency_ja": (release.get("buyer") or tender.get("procuringEntity") or {}).get("name", ""),
        "source_file": process.file,
        "source_row": process.row,
    }
    rows = [_contract(process, release, base, award, len(awards), taxes) for award in awards or [{}]]
    winners = {row["vendor_id"] for row in rows if row["vendor_id"]}
    bids = _bids(process, release, rows[0], winners, taxes) if len(rows) == 1 else []
    _count(rows, bids, tender)
    return rows, bids


def _contract(process: _Process, release: Json, base: Json, award: Json, awards: int, taxes: Taxes) -> dict[str, Any]:
    tender = release.get("tender") or {}
    signed: Json = next(
        (c for c in release.get("contracts") or [] if award and c.get("awardID") == award.get("id")), {}
    )
    period = signed.get("period") or award.get("contractPeriod") or tender.get("contractPeriod") or {}
    days = [_day(signed.get("dateSigned")), _day(award.get("date")), base["opening_date"], _day(release.get("date"))]
    year = next((fiscal_year_of(day) for day in days if day is not None), None)
    if year is None:
        raise ValueError("日付が1つもありません")
    supplier: Json = next(iter(award.get("suppliers") or []), {})
    title = signed.get("title") or award.get("title") or tender.get("title") or release.get("ocid")
    return {
        **base,
        "contract_id": process.ocid if awards <= 1 else f"{process.ocid}-{award['id']}",
        "title_ja": title,
        "contract_kind": "change" if signed.get("amendments") and "変更契約" in str(title) else "initial",
        "contract_fy": year,
        "start_date": _day(period.get("startDate")),
        "end_date": _day(period.get("endDate")),
        "ceiling_yen": _yen(tender.get("value"), year, process, taxes) if awards <= 1 else None,
        "award_yen": _yen(signed.get("value") or award.get("value"), year, process, taxes),
        "vendor_id": company_key(str(supplier.get("name") or supplier.get("id"))) if supplier else None,
    }


def _bids(process: _Process, release: Json, contract: Json, winners: set[str], taxes: Taxes) -> list[dict[str, Any]]:
    """Return one row a bidder of ``bids/details``; the later of two bids of one bidder stays (order of the file)."""
    rows: dict[str, dict[str, Any]] = {}
    for bid in (release.get("bids") or {}).get("details") or []:
        bidder: Json = next(iter(bid.get("tenderers") or []), {})
        name = company_key(str(bidder.get("name") or bidder.get("id") or ""))
        status = _BID_STATUS.get(str(bid.get("status", "valid")), "")
        if not name or not status:
            raise ValueError(f"bids/details の tenderers か status：{bid.get('status')}")
        rows[name] = {
            "contract_id": contract["contract_id"],
            "vendor_id": name,
            "bid_yen": _yen(bid.get("value"), contract["contract_fy"], process, taxes),
            "bid_status": status,
            "is_winner": name in winners and status == "valid",
            "source_row": process.row,
        }
    return list(rows.values())


def _count(rows: list[dict[str, Any]], bids: list[dict[str, Any]], tender: Json) -> None:
    stated = tender.get("numberOfTenderers")
    handed_in = sum(bid["bid_status"] != "declined" for bid in bids)
    valid = sum(bid["bid_status"] == "valid" for bid in bids)
    for row in rows:
        row["bidders_count"] = max(int(stated), valid) if stated is not None else (handed_in if bids else None)
        row["valid_bids_count"] = valid if bids else None


def _method(tender: Json) -> str | None:
    detail = meaning_within(str(tender.get("procurementMethodDetails") or ""), "method")
    return detail or _METHODS.get(str(tender.get("procurementMethod") or ""))


def _note_unmapped(process: _Process, release: Json, ledger: Ledger) -> None:
    tender = release.get("tender") or {}
    said = tender.get("procurementMethodDetails") or tender.get("procurementMethod")
    if said and _method(tender) is None:
        cure = "方式の言い換えを aliases.csv（group=method）に足してください"
        ledger.find(process.fault("procurementMethod", said, "契約方式を読み取れません", cure), "value_blank")


def _yen(value: Any, year: int, process: _Process, taxes: Taxes) -> int | None:
    if not value or value.get("amount") is None:
        return None
    if value.get("currency", "JPY") != "JPY":
        raise ValueError(f"通貨が {value['currency']}")
    amount = value["amount"]
    if isinstance(amount, bool) or not isinstance(amount, int | float) or amount != int(amount) or amount < 0:
        raise ValueError(f"金額 {amount}")
    return taxes.gross(int(amount), year, process.tax)


def _day(text: Any) -> dt.date | None:
    return None if not text else dt.date.fromisoformat(str(text)[:10])

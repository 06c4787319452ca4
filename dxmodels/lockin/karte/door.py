"""One A4 page per system: what is it, what does it cost, who holds it, is it locked in, what is proposed, by when, and what is not known? (E05)

Every sentence is a field of the inventory or a result of this room (diagnosis, clauses, calendar); nothing is estimated here. Blank fields are printed as 未記入 and counted into the
page's confidence. What it leaves out: whatever the inventory does not hold; a flag is a reason to open the file, never a verdict on a vendor.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from dxmodels.errors import Fault, ParameterError
from dxmodels.inputs import Case, Register
from dxmodels.lockin.diagnosis import LEVELS, LOCKED, STATE_JA, TREATMENT_JA, UNKNOWN
from dxmodels.lockin.indicators import LEVEL_JA
from dxmodels.lockin.karte import sections
from dxmodels.lockin.karte import values as show
from dxmodels.lockin.karte.confidence import GRADES, Confidence, ConfidenceRule, judge_confidence
from dxmodels.lockin.karte.facts import FactSource, SystemFacts
from dxmodels.lockin.karte.page import Karte
from dxmodels.lockin.study import LockinStudy

ASSUMPTIONS = ("karte_grade_a_share", "karte_grade_b_share", "karte_grade_c_share", "inventory_stale_days")


@dataclass(frozen=True, eq=False)
class KarteSet:
    """The pages, one row a system (``table``), and every line of every page (``lines``: system_id, section_ja, item_ja, shown_ja)."""

    kartes: tuple[Karte, ...]
    table: pd.DataFrame
    lines: pd.DataFrame
    blanks: pd.DataFrame
    rule_ja: str

    def to_frame(self) -> pd.DataFrame:
        """Return one row a system; of a single system every line of its page."""
        if len(self.kartes) == 1:
            return self.lines.drop(columns="system_id")
        return self.table.copy()

    @property
    def sheets(self) -> list[Mapping[str, Any]]:
        """The pages as plain values, the form the door ``booklet`` takes."""
        return [karte.as_page() for karte in self.kartes]

    @property
    def low_confidence_count(self) -> int:
        """Systems whose page carries the lowest grade."""
        return int((self.table["karte_grade"] == GRADES[-1]).sum())

    def summary(self) -> str:
        """Return in Japanese what the pages say together, or the headline of the one page."""
        if len(self.kartes) == 1:
            return f"{self.kartes[0].title}：{self.kartes[0].headline}"
        grades = self.table["karte_grade"].value_counts()
        spread = "、".join(f"{grade} {int(grades.get(grade, 0))}" for grade in GRADES)
        late = int(self.table["is_past"].fillna(False).sum())
        text = f"{len(self.kartes)} システムのカルテのうち、確度は {spread}。契約終了に間に合う判断の期限を過ぎたものは {late}。"
        if self.blanks.empty:
            return text
        top = self.blanks.iloc[0]
        return text + f"最も多い空欄は「{top['item_ja']}」（{int(top['systems_count'])} システム）。"


def draw_up_kartes(case: Case, register: Register, *, system_id: str | None = None) -> KarteSet:
    """Return the kartes of a case with the numbers of the register (see write_kartes)."""
    return write_kartes(LockinStudy(case, register), system_id=system_id)


def write_kartes(study: LockinStudy, *, system_id: str | None = None) -> KarteSet:
    """Return the kartes of the inventory of ``study.case``, or of one system; MissingTableError without an inventory, ParameterError for an unknown id."""
    source = FactSource(study)
    rows = _chosen(source.systems, system_id)
    rule = ConfidenceRule.from_register(study.register)
    kartes, table, blanks = [], [], Counter[str]()
    for key, row in zip(_file_keys(rows), rows, strict=True):
        facts = source.of(row)
        confidence = judge_confidence(facts, rule=rule, as_of=study.case.as_of)
        blanks.update(confidence.missing_ja)
        kartes.append(_karte(key, facts, source, confidence, study))
        table.append(_row(facts, confidence))
    lines = [(row["system_id"], *line) for row, karte in zip(rows, kartes, strict=True) for line in karte.lines()]
    return KarteSet(
        tuple(kartes),
        pd.DataFrame(table).convert_dtypes(),
        pd.DataFrame(lines, columns=["system_id", "section_ja", "item_ja", "shown_ja"]),
        pd.DataFrame(blanks.most_common(), columns=["item_ja", "systems_count"]),
        rule.text_ja(),
    )


def _chosen(systems: Sequence[Mapping[str, Any]], system_id: str | None) -> list[Mapping[str, Any]]:
    if system_id is None:
        return list(systems)
    found = [row for row in systems if row["system_id"] == system_id]
    if not found:
        raise ParameterError([Fault("カルテ", "そのIDのシステムは台帳にありません", "台帳のシステムIDを指定してください", value=system_id)])  # fmt: skip
    return found


def _file_keys(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Names of the single pages: the id where it is plain, else the place in the inventory (ids are the users' own and may hold any character)."""
    ids = [str(row["system_id"]) for row in rows]
    plain = [
        name if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", name) else f"no{place}"
        for place, name in enumerate(ids, start=1)
    ]
    taken = Counter(name.lower() for name in plain)
    return [name if taken[name.lower()] == 1 else f"{name}-no{place}" for place, name in enumerate(plain, start=1)]


def _karte(key: str, facts: SystemFacts, source: FactSource, confidence: Confidence, study: LockinStudy) -> Karte:
    row = facts.row
    stated = show.day(row.get("as_of_date"))
    return Karte(
        key=key,
        title=f"{facts.system_id}　{row['name_ja'] or '名称未記入'}",
        subtitle=f"{facts.department or '部局未記入'}　{show.text(row.get('system_kind'))}　台帳の時点 {stated or '不明'}",
        badges=(f"確度 {confidence.grade}",),
        headline=_headline(facts, study.case.as_of),
        left=(
            sections.overview(facts),
            sections.cost(facts),
            sections.contract(facts, source),
            sections.dates(facts),
        ),
        right=(
            sections.card(facts),
            sections.flags(facts),
            sections.rights(facts),
            sections.treatment(facts, study.rule),
        ),
        foot=(sections.clauses(facts), sections.blanks(confidence)),
    )


def _headline(facts: SystemFacts, as_of: dt.date) -> str:
    found = facts.diagnosis
    state = found["lockin_state"] if found is not None else UNKNOWN
    locked = [LEVEL_JA[level] for level in LEVELS if found is not None and found[f"{level}_state"] == LOCKED]
    levels = f"（{'・'.join(locked)}の面）" if locked and state == LOCKED else ""
    lockin = {UNKNOWN: "項目が足りず、ロックインの有無は算出不能"}.get(
        state, f"ロックインの{STATE_JA[state].removeprefix('ロックインの')}{levels}"
    )
    proposal = TREATMENT_JA[found["treatment"] if found is not None else UNKNOWN].partition("（")[0]
    return f"{lockin}。処置案は{proposal}。{_by_when(facts, as_of)}"


def _by_when(facts: SystemFacts, as_of: dt.date) -> str:
    found = facts.dates
    if found is None:
        return "契約終了日が空欄のため、判断の期限は算出不能。"
    end = show.day(found["contract_end_date"])
    if found["is_past"]:
        return f"契約終了（{end}）に替えるための判断の期限（{show.day(found['decision_date'])}）は過ぎている。短期の延長か、その次の終了時に合わせる。"
    return f"契約終了（{end}）に替えるなら、{show.day(found['decision_date'])}までに判断が要る（あと {found['left_days']:,} 日）。"


def _row(facts: SystemFacts, confidence: Confidence) -> dict[str, object]:
    found, when = facts.diagnosis or {}, facts.dates or {}
    return {
        "system_id": facts.system_id,
        "name_ja": facts.row["name_ja"],
        "department_ja": facts.department,
        "annual_cost_yen": facts.row["annual_cost_yen"],
        "contract_end_date": facts.row["contract_end_date"],
        "decision_date": when.get("decision_date"),
        "is_past": when.get("is_past"),
        "lockin_state_ja": STATE_JA[found.get("lockin_state", UNKNOWN)],
        "treatment_ja": TREATMENT_JA[found.get("treatment", UNKNOWN)].partition("（")[0],
        "missing_count": len(confidence.missing_ja),
        "karte_grade": confidence.grade,
    }

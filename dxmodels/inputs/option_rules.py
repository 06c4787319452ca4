"""Which rules and groups may an option file carry for joint procurement, and what may stand in each?

``rules:`` of an option maps a name to a kind, the fields of that kind, a title and where the decision comes from; ``groups:`` maps a name to
a set of municipalities that may buy together, with a lead body where one buys for all. Kinds and fields are listed here once: the reader of
option files checks them with the line of every fault, and the bundling room writes each kind as rows of its model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from dxmodels.inputs.assumptions.reading import read_source
from dxmodels.inputs.yaml_files import Document, KeyPath

# Under a rule that fixes the shares, nobody losing is sought by ``bundling.plan_without_losers``; an option cannot promise it yet.
SHARINGS = ("transfers",)
CAPACITY_KINDS = ("vendor", "municipality_staff", "prefecture_staff")
_SOURCE = ("source", "as_of", "grade")
_FIRST_FY, _LAST_FY = 1990, 2100


@dataclass(frozen=True)
class RuleKind:
    """One kind of rule: its Japanese name, and for each field its type; required fields are named apart."""

    label_ja: str
    fields: Mapping[str, str]
    required: frozenset[str] = frozenset()


def _kind(label_ja: str, needed: str = "", **fields: str) -> RuleKind:
    return RuleKind(label_ja, MappingProxyType(fields), frozenset(needed.split()))


RULE_KINDS: Mapping[str, RuleKind] = MappingProxyType(
    {
        "budget": _kind("年度予算の上限", "amount_yen", amount_yen="amount", fiscal_year="year"),
        "capacity": _kind(
            "事業者・職員の対応能力",
            "capacity_kind factor",
            capacity_kind="capacity",
            factor="amount",
            holder_id="name",
        ),
        "vendor_share_cap": _kind("一事業者の占有率の上限", "share", share="share", vendor_id="name"),
        "vendor_cap": _kind("事業者の受注数の上限", "vendor_id count", vendor_id="name", count="count"),
        "minimum_vendors": _kind("最少事業者数", "count", count="count"),
        "members": _kind("参加数の範囲", fewest="count", most="count"),
        "keep_incumbent": _kind("現行事業者の継続", owner="name", unit_key="name"),
        "exclude": _kind("対象外とする事業者・提案", vendor_id="name", offer_id="name"),
        "must_join": _kind("参加の義務", owner="name", unit_key="name"),
        "must_not_join": _kind("不参加", owner="name", unit_key="name"),
        "lots": _kind("分割発注の上限", "count", count="count", unit_key="name"),
        "together": _kind("足並みをそろえる団体", "owners", owners="names", unit_key="name"),
        "nobody_worse_off": _kind("どの団体も損をしない", sharing="sharing"),
        "fairness_floor": _kind("各団体の削減の下限", "rate", rate="share"),
    }
)


@dataclass(frozen=True)
class RuleEntry:
    """One rule of an option file as it stands there, with its source."""

    name: str
    kind: str
    title_ja: str
    fields: Mapping[str, Any]
    source: str
    as_of: str
    grade: str
    note: str


@dataclass(frozen=True)
class GroupEntry:
    """A named group that may buy together: codes or names of its members; ``lead`` buys for the others; ``tasks`` empty = all."""

    name: str
    title_ja: str
    members: tuple[str, ...]
    lead: str
    tasks: tuple[str, ...]
    source: str
    as_of: str
    grade: str
    note: str


def field_problem(kind: str, field: str, value: object) -> tuple[str, str] | None:
    """Return (problem, cure) where ``value`` cannot stand in ``field`` of a rule of ``kind``; None where it can."""
    wanted = RULE_KINDS[kind].fields[field]
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if wanted == "share":
        fits = number and 0 <= float(value) <= 1  # type: ignore[arg-type]
        return None if fits else ("割合が範囲の外です", "0〜1 の数にしてください")
    if wanted == "amount":
        fits = number and 0 <= float(value) < float("inf")  # type: ignore[arg-type]
        return None if fits else ("0以上の数ではありません", "半角の数字で書いてください")
    if wanted in ("count", "year"):
        low, high = (0, 10**6) if wanted == "count" else (_FIRST_FY, _LAST_FY)
        fits = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
        return None if fits else ("整数ではないか、範囲の外です", f"{low}〜{high} の整数にしてください")
    if wanted == "names":
        fits = isinstance(value, list | tuple) and len(value) > 1 and all(isinstance(x, str) and x for x in value)
        return None if fits else ("名前の並びではありません", '二つ以上を ["271004", "271403"] のように書いてください')
    choices = {"sharing": SHARINGS, "capacity": CAPACITY_KINDS}.get(wanted)
    if choices is not None:
        return None if value in choices else ("選択肢にありません", f"{'、'.join(choices)} のいずれかにしてください")
    fits = isinstance(value, str) and bool(value.strip())
    return None if fits else ("名前・コードではありません", '引用符で囲んだ文字列にしてください（例："271004"）')


def read_rules(document: Document, value: object) -> dict[str, RuleEntry]:
    """Return the entries under ``rules:``; unknown kinds and fields and impossible values are faults with their line."""
    found = {}
    for name, entry in document.entries(("rules",), value).items():
        path: KeyPath = ("rules", name)
        kind = (
            document.choice_at((*path, "kind"), entry.get("kind"), tuple(RULE_KINDS)) if isinstance(entry, dict) else ""
        )
        own = RULE_KINDS[kind] if kind else RuleKind("", {})
        required = ("kind", *sorted(own.required), *_SOURCE)
        given = (
            tuple(entry) if isinstance(entry, dict) and not kind else ()
        )  # an unknown kind is blamed once, not field by field
        optional = ("title_ja", "note", *own.fields, *given)
        top = document.fields(path, entry, required=required, optional=optional)
        if not top or not kind:
            continue
        fields = {key: top[key] for key in own.fields if top.get(key) is not None}
        for key, content in fields.items():
            problem = field_problem(kind, key, content)
            if problem:
                document.blame((*path, key), *problem, content)
        title = document.text_at((*path, "title_ja"), top["title_ja"]) if "title_ja" in top else own.label_ja
        source = read_source(document, path, top)
        found[name] = RuleEntry(name, kind, title, MappingProxyType(fields), **source)
    return found


def read_groups(document: Document, value: object) -> dict[str, GroupEntry]:
    """Return the entries under ``groups:``; a lead that is no member and groups of one are faults."""
    found = {}
    for name, entry in document.entries(("groups",), value).items():
        path: KeyPath = ("groups", name)
        top = document.fields(
            path, entry, required=("title_ja", "members", *_SOURCE), optional=("lead", "tasks", "note")
        )
        if not top:
            continue
        members = _texts_at(document, (*path, "members"), top.get("members"), fewest=2)
        lead = document.text_at((*path, "lead"), top["lead"]) if top.get("lead") is not None else ""
        if lead and lead not in members:
            document.blame((*path, "lead"), "代表団体が members にありません", "members に加えてください", lead)
        tasks = _texts_at(document, (*path, "tasks"), top["tasks"], fewest=1) if top.get("tasks") is not None else ()
        title = document.text_at((*path, "title_ja"), top.get("title_ja"))
        found[name] = GroupEntry(name, title, members, lead, tasks, **read_source(document, path, top))
    return found


def _texts_at(document: Document, path: KeyPath, value: object, *, fewest: int) -> tuple[str, ...]:
    if value is None:
        return ()
    texts: Sequence[Any] = value if isinstance(value, list) else []
    if len(texts) < fewest or not all(isinstance(text, str) and text.strip() for text in texts):
        document.blame(
            path, "名前の並びではありません", f'{fewest}つ以上を ["271004"] のように引用符で書いてください', value
        )
        return ()
    return tuple(text.strip() for text in texts)

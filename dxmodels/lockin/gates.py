"""Does a specification pass the gate: which sentence offends, what is missing, and how is it cured?

Rule checks on Japanese text, sentence by sentence (NFKC; ends at 。 or a line break) and on the facts of the procurement (notice days, method). A rule answers violated, met or
unclear, never a score. Words are looked for, meaning is not understood: a rule that is met by words may still be poor, and a reviewer reads what it found.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from dxmodels.errors import ModelError

VIOLATED, MET, UNCLEAR = "violated", "met", "unclear"
STATE_JA = {VIOLATED: "要修正", MET: "適合", UNCLEAR: "要確認"}
_SENTENCE = re.compile(r"[^。\n]+[。]?")
_EQUIVALENT = re.compile(r"同等(?:品|以上)|相当(?:品|以上)|に限らない|例示")
_MAKER = re.compile(
    r"(?:株式会社|有限会社)?[\w・ー]{2,20}(?:社製|製の(?:製品|機器|ソフト)|純正)|[®™]|(?:製品名|型番|銘柄)[はを:：「]"
)
_EXCLUSIVE = re.compile(
    r"(?:現行|既存)(?:システム|機器)?の?(?:開発|構築|保守|運用|受託|受注)[^。]{0,12}(?:実績|経験|者|事業者)|特定の(?:者|事業者)に限|(?:受託|契約)(?:者|業者)に限る|代理店契約[^。]{0,10}(?:有する|締結)|メーカーの?(?:認定|証明書)"
)
_DATA, _RETURN = re.compile(r"データ"), re.compile(r"返還|返却|引き?渡|提供す|出力し|抽出")
_END = re.compile(r"契約(?:期間)?(?:の)?(?:終了|満了|解除)|終了(?:時|後)|移行時|業務終了")
_FORMAT = re.compile(r"CSV|XML|JSON|標準仕様|中間標準レイアウト|公開された形式|オープンな形式", re.IGNORECASE)
_TEST = re.compile(r"試験|検証|テスト|確認を受け")
_RIGHTS = re.compile(r"著作権|知的財産権")
_TO_OWNER = re.compile(r"(?:発注者|委託者|甲|府|本府|当府|市|町|村|本市)に(?:帰属|譲渡|移転)|譲渡する")
_TO_VENDOR = re.compile(r"(?:受注者|受託者|乙|事業者)に(?:帰属|留保)|受注者が(?:保有|留保)")
_BREAK = re.compile(r"中途解約|解約することができる|契約を解除することができる|任意解除")
_HANDOVER = re.compile(r"引継|引き継|移行[^。]{0,10}(?:支援|協力)")
_DOCUMENTS = re.compile(r"(?:連携|インタ[ーフ]?フェ[イー]ス|外部接続)[^。]{0,12}(?:仕様書|定義書|設計書|文書)")
_KNOWLEDGE = re.compile(
    r"(?:運用|操作|保守)(?:手順書|マニュアル)|設計書[^。]{0,20}(?:納品|提出)|職員(?:向け|への)?(?:研修|説明)"
)


@dataclass(frozen=True)
class ProcurementFacts:
    """What is known beside the text: planned notice days, contract method, brands to look for, and the shortest notice (register)."""

    notice_days: float | None = None
    least_notice_days: float | None = None
    contract_method: str | None = None
    brands: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class SpecificationCheck:
    """One row a rule: state, the sentence found (blank where none), and the cure."""

    table: pd.DataFrame
    sentences_count: int

    def to_frame(self) -> pd.DataFrame:
        """Return rule, checked_ja, state, sentence_number, sentence_ja, cure_ja."""
        return self.table.copy()

    @property
    def passes(self) -> bool:
        """True where no rule is violated and none is unclear."""
        return bool((self.table["state"] == MET).all())

    def summary(self) -> str:
        """Return the result in Japanese: how many rules to mend, to check, met."""
        counts = self.table.groupby("state")["rule"].nunique()
        verdict = "関門を通過" if self.passes else "差戻し（要修正・要確認を解消してから）"
        return (
            f"{self.sentences_count} 文を {self.table['rule'].nunique()} の規則で検査：要修正 {counts.get(VIOLATED, 0)}、要確認 {counts.get(UNCLEAR, 0)}、"
            f"適合 {counts.get(MET, 0)}。{verdict}。語による検査であり、内容の妥当性は審査者が読む。"
        )


@dataclass(frozen=True)
class _Finding:
    state: str
    number: int
    sentence: str
    cure: str


_Rule = Callable[[Sequence[str], ProcurementFacts], list[_Finding]]


def check_specification(text: str, *, facts: ProcurementFacts | None = None) -> SpecificationCheck:
    """Return every rule's answer for a specification text; raises ModelError for an empty text."""
    sentences = [
        found.group(0).strip()
        for found in _SENTENCE.finditer(unicodedata.normalize("NFKC", text))
        if found.group(0).strip()
    ]
    if not sentences:
        raise ModelError("仕様書の文がありません。→ 本文を貼り付けてください（画像のPDFは文字にしてから）。")
    rows = []
    for name, (title, rule) in _RULES.items():
        for finding in rule(sentences, facts or ProcurementFacts()):
            rows.append((name, title, finding.state, finding.number, finding.sentence, finding.cure))
    columns = ["rule", "checked_ja", "state", "sentence_number", "sentence_ja", "cure_ja"]
    return SpecificationCheck(pd.DataFrame(rows, columns=columns), len(sentences))


def _brands(sentences: Sequence[str], facts: ProcurementFacts) -> list[_Finding]:
    words = [unicodedata.normalize("NFKC", brand) for brand in facts.brands]
    found = []
    for number, sentence in enumerate(sentences, start=1):
        named = [word for word in words if word and word.lower() in sentence.lower()]
        if not named and not _MAKER.search(sentence):
            continue
        following = sentences[number] if number < len(sentences) else ""
        if not _EQUIVALENT.search(sentence + following):
            cure = f"「{'、'.join(named) or '製品名'}」を性能・機能の要件に改めるか、「同等以上」とその判定方法を添える"
            found.append(_Finding(VIOLATED, number, sentence, cure))
    return found or [_Finding(MET, 0, "", "")]


def _exclusivity(sentences: Sequence[str], facts: ProcurementFacts) -> list[_Finding]:
    cure = "参加条件を、同種・同規模の業務の実績や体制など、特定の者に限らない条件に改める"
    found = [
        _Finding(VIOLATED, number, text, cure)
        for number, text in enumerate(sentences, start=1)
        if _EXCLUSIVE.search(text)
    ]
    return found or [_Finding(MET, 0, "", "")]


def _data_return(sentences: Sequence[str], facts: ProcurementFacts) -> list[_Finding]:
    at = [n for n, text in enumerate(sentences) if _DATA.search(text) and _RETURN.search(text) and _END.search(text)]
    if not at:
        return [_Finding(VIOLATED, 0, "", "契約終了時に全データを返還すること、その形式と試験を定める")]
    best = max(
        at, key=lambda n: bool(_FORMAT.search(_around(sentences, n))) + bool(_TEST.search(_around(sentences, n)))
    )
    lacking = [
        word for word, pattern in (("形式", _FORMAT), ("試験", _TEST)) if not pattern.search(_around(sentences, best))
    ]
    if lacking:
        return [
            _Finding(
                VIOLATED,
                best + 1,
                sentences[best],
                f"返還するデータの{'と'.join(lacking)}を定める（例：CSVと項目定義書、年1回の出力試験）",
            )
        ]
    return [_Finding(MET, best + 1, sentences[best], "")]


def _rights(sentences: Sequence[str], facts: ProcurementFacts) -> list[_Finding]:
    about = [(number, text) for number, text in enumerate(sentences, start=1) if _RIGHTS.search(text)]
    cure = "成果物の著作権を発注者に譲渡し、受注者に残る部分は後継事業者の利用を許諾すると定める"
    if not about:
        return [_Finding(VIOLATED, 0, "", cure)]
    kept = [
        _Finding(VIOLATED, number, text, cure)
        for number, text in about
        if _TO_VENDOR.search(text) and "許諾" not in text
    ]
    if kept:
        return kept
    given = next(((number, text) for number, text in about if _TO_OWNER.search(text)), None)
    if given is None:
        return [_Finding(UNCLEAR, about[0][0], about[0][1], "権利が誰に帰属するかを明記する")]
    return [_Finding(MET, *given, "")]


def _notice(sentences: Sequence[str], facts: ProcurementFacts) -> list[_Finding]:
    if facts.notice_days is None or facts.least_notice_days is None:
        return [_Finding(UNCLEAR, 0, "", "公告から開札までの日数（予定）を入力する")]
    if facts.notice_days < facts.least_notice_days:
        return [
            _Finding(VIOLATED, 0, f"公告期間 {facts.notice_days:.0f} 日", f"{facts.least_notice_days:.0f} 日以上とする")
        ]
    return [_Finding(MET, 0, f"公告期間 {facts.notice_days:.0f} 日", "")]


def _present(pattern: re.Pattern[str], cure: str) -> _Rule:
    def rule(sentences: Sequence[str], facts: ProcurementFacts) -> list[_Finding]:
        for number, sentence in enumerate(sentences, start=1):
            if pattern.search(sentence):
                return [_Finding(MET, number, sentence, "")]
        return [_Finding(VIOLATED, 0, "", cure)]

    return rule


def _around(sentences: Sequence[str], index: int) -> str:
    """A sentence with its neighbours: format and test often stand in the next one."""
    return "".join(sentences[max(0, index - 1) : index + 3])


_RULES: dict[str, tuple[str, _Rule]] = {
    "brand": ("製品名・銘柄の指定", _brands),
    "exclusivity": ("特定の者に限る条件", _exclusivity),
    "data_return": ("データの返還（形式と試験）", _data_return),
    "rights": ("成果物の権利", _rights),
    "notice_days": ("公告期間", _notice),
    "break_clause": ("中途解約条項", _present(_BREAK, "一定期間前の通知による解約と、補償の上限（逓減表）を定める")),
    "migration_duty": (
        "次期事業者への引継ぎ・移行協力",
        _present(_HANDOVER, "契約終了時の引継ぎと移行への協力を、単価と上限時間とともに定める"),
    ),
    "interface_documents": (
        "連携仕様書の納品",
        _present(_DOCUMENTS, "他システムとの連携仕様書の作成・更新・納品を定める"),
    ),
    "knowledge_handover": (
        "手順書・設計書と職員への説明",
        _present(_KNOWLEDGE, "運用手順書・設計書の納品と職員への説明を定める"),
    ),
}

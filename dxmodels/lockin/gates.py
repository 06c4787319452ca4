"""Does a specification pass the gate: which sentence offends, what is missing, and how is it cured?

Rule checks on Japanese text, sentence by sentence (NFKC; ends at 。 or a line break) and on the facts of the procurement (notice days, brands). A rule answers violated, met or
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
# Ending a contract because of a breach is law anyway; what is looked for is the right to leave without one.
_FAULT = re.compile(r"違反|履行し(?:ない|なかった)|不履行|債務を履行|暴力団|反社会|不正|破産|虚偽")
_HANDOVER = re.compile(r"引継|引き継|移行[^。]{0,10}(?:支援|協力)")
_SUCCESSOR = re.compile(r"(?:次期|次の|後継|後任|新たな|新規の?|他の)(?:受注者|受託者|契約者|事業者|業者|システム|者)")
# A name of Latin letters with a version is a product or a standard; standards are known by their beginning.
_VERSIONED = re.compile(
    r"(?<![A-Za-z])(?!(?:TLS|SSL|HTTP|JIS|ISO|IEC|IP|SHA|WCAG|UTF|PDF|XML|CSV|JSON|HTML|CSS|RFC|AES|RSA|TCP|USB|LGWAN|IEEE|FIPS|NIST|SQL|ISMS|ISMAP|SLA|OAuth|SAML|API|WPA|CVSS|ITIL|PMBOK|LTO|RAID|CPU|GB|TB|MB|Gbps|Mbps|UPS|LAN|WAN|PC|Level|No|Ver|A|B)\b)[A-Z][A-Za-z]{2,}(?:[ -][A-Z][A-Za-z]+)*[ -]?(?:(?:[Vv]er(?:sion)?\.? ?)?\d{1,4}(?:\.\d+)*[A-Za-z]?)(?![\d年月日時分秒%件台人名])"
)
_DOCUMENTS = re.compile(r"(?:連携|インタ[ーフ]?フェ[イー]ス|外部接続)[^。]{0,12}(?:仕様書|定義書|設計書|文書)")
_KNOWLEDGE = re.compile(
    r"(?:運用|操作|保守)(?:手順書|マニュアル)|設計書[^。]{0,20}(?:納品|提出)|職員(?:向け|への)?(?:研修|説明)"
)


@dataclass(frozen=True)
class ProcurementFacts:
    """What is known beside the text: planned notice days, the shortest notice (register), brands to look for."""

    notice_days: float | None = None
    least_notice_days: float | None = None
    brands: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class SpecificationCheck:
    """One row a rule: state, the sentence found (blank where none), and the cure."""

    table: pd.DataFrame
    sentences_count: int

    def to_frame(self) -> pd.DataFrame:
        """Return rule, checked_ja, state, sentence_number, text_line_number (both 0 where no sentence is found), sentence_ja, cure_ja, gate_reason_ja."""
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
    lines, sentences = _split(text)
    if not sentences:
        raise ModelError("仕様書の文がありません。→ 本文を貼り付けてください（画像のPDFは文字にしてから）。")
    rows = []
    for name, (title, reason, rule) in _RULES.items():
        for finding in rule(sentences, facts or ProcurementFacts()):
            line = lines[finding.number - 1] if finding.number else 0
            rows.append((name, title, finding.state, finding.number, line, finding.sentence, finding.cure, reason))
    columns = [
        "rule",
        "checked_ja",
        "state",
        "sentence_number",
        "text_line_number",
        "sentence_ja",
        "cure_ja",
        "gate_reason_ja",
    ]
    return SpecificationCheck(pd.DataFrame(rows, columns=columns), len(sentences))


def _split(text: str) -> tuple[list[int], list[str]]:
    """The line (from 1) and the words of every sentence."""
    found = [
        (number, part.group(0).strip())
        for number, line in enumerate(text.splitlines(), start=1)
        for part in _SENTENCE.finditer(unicodedata.normalize("NFKC", line))
        if part.group(0).strip()
    ]
    return [number for number, _ in found], [sentence for _, sentence in found]


def _brands(sentences: Sequence[str], facts: ProcurementFacts) -> list[_Finding]:
    words = [unicodedata.normalize("NFKC", brand) for brand in facts.brands]
    found = []
    for number, sentence in enumerate(sentences, start=1):
        named = [word for word in words if word and word.lower() in sentence.lower()]
        versioned = _VERSIONED.search(sentence)
        following = sentences[number] if number < len(sentences) else ""
        if _EQUIVALENT.search(sentence + following):
            continue
        if named or _MAKER.search(sentence):
            cure = f"「{'、'.join(named) or '製品名'}」を性能・機能の要件に改めるか、「同等以上」とその判定方法を添える"
            found.append(_Finding(VIOLATED, number, sentence, cure))
        elif versioned:
            cure = f"「{versioned.group(0).strip()}」が製品名なら性能・機能の要件に改めるか「同等以上」を添える。規格や現行環境の説明なら、その旨を書く"
            found.append(_Finding(UNCLEAR, number, sentence, cure))
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
    about = [
        (number, _with_proviso(sentences, number))
        for number, text in enumerate(sentences, start=1)
        if _RIGHTS.search(text)
    ]
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
        return [_Finding(UNCLEAR, *_first_whole(about), "権利が誰に帰属するかを明記する")]
    return [_Finding(MET, *given, "")]


def _notice(sentences: Sequence[str], facts: ProcurementFacts) -> list[_Finding]:
    if facts.notice_days is None or facts.least_notice_days is None:
        return [_Finding(UNCLEAR, 0, "", "公告から開札までの日数（予定）を入力する")]
    if facts.notice_days < facts.least_notice_days:
        return [
            _Finding(VIOLATED, 0, f"公告期間 {facts.notice_days:.0f} 日", f"{facts.least_notice_days:.0f} 日以上とする")
        ]
    return [_Finding(MET, 0, f"公告期間 {facts.notice_days:.0f} 日", "")]


def _break_clause(sentences: Sequence[str], facts: ProcurementFacts) -> list[_Finding]:
    cure = "一定期間前の通知による解約と、補償の上限（逓減表）を定める"
    about = [(number, text) for number, text in enumerate(sentences, start=1) if _BREAK.search(text)]
    free = next(((number, text) for number, text in about if not _FAULT.search(text)), None)
    if free:
        return [_Finding(MET, *free, "")]
    return [_Finding(VIOLATED, *about[0], f"義務違反による解除しか定めていない。{cure}") if about else _Finding(VIOLATED, 0, "", cure)]  # fmt: skip


def _migration_duty(sentences: Sequence[str], facts: ProcurementFacts) -> list[_Finding]:
    cure = "契約終了時の引継ぎと移行への協力を、単価と上限時間とともに定める"
    about = [(number, text) for number, text in enumerate(sentences, start=1) if _HANDOVER.search(text)]
    given = next(((number, text) for number, text in about if _SUCCESSOR.search(text) or _END.search(text)), None)
    if given:
        return [_Finding(MET, *given, "")]
    if not about:
        return [_Finding(VIOLATED, 0, "", cure)]
    cure = f"前の受注者から受ける引継ぎか、次の受注者へ渡す引継ぎかを明記する。{cure}"
    return [_Finding(UNCLEAR, *_first_whole(about), cure)]


def _present(pattern: re.Pattern[str], cure: str) -> _Rule:
    def rule(sentences: Sequence[str], facts: ProcurementFacts) -> list[_Finding]:
        for number, sentence in enumerate(sentences, start=1):
            if pattern.search(sentence):
                return [_Finding(MET, number, sentence, "")]
        return [_Finding(VIOLATED, 0, "", cure)]

    return rule


def _first_whole(about: Sequence[tuple[int, str]]) -> tuple[int, str]:
    """The first that is a sentence: a heading says nothing."""
    return next((entry for entry in about if entry[1].endswith("。")), about[0])


def _with_proviso(sentences: Sequence[str], number: int) -> str:
    """A sentence with the ただし that follows it: a right given and taken back is not given."""
    following = sentences[number] if number < len(sentences) else ""
    return sentences[number - 1] + (following if following.startswith("ただし") else "")


def _around(sentences: Sequence[str], index: int) -> str:
    """A sentence with its neighbours: format and test often stand in the next one."""
    return "".join(sentences[max(0, index - 1) : index + 3])


# Rule: what is checked, why it matters, how it is looked for.
_RULES: dict[str, tuple[str, str, _Rule]] = {
    "brand": (
        "製品名・銘柄の指定",
        "その製品を扱える者しか応札できない。特定調達では、特定の商標等を求める仕様は原則できず、やむを得ないときは「同等のもの」の語を添える（政府調達に関する協定第10条4）",
        _brands,
    ),
    "exclusivity": ("特定の者に限る条件", "現在の受注者しか満たせない参加条件は、競争の形をとっていても競争にならない", _exclusivity),
    "data_return": (
        "データの返還（形式と試験）",
        "取り出したことのないデータは、終了時に取り出せないことがある。形式と試験がなければ、次の事業者は移行費を高く見積もる",
        _data_return,
    ),
    "rights": ("成果物の権利", "権利が受注者に残ると、改修も次期の調達もその者の同意なしにはできない", _rights),
    "notice_days": ("公告期間", "期間が短いと、現在の受注者でない者は見積りと体制が間に合わない", _notice),
    "break_clause": ("中途解約条項", "解約の条件がなければ、割高と分かっても契約期間の終わりまで離れられない", _break_clause),
    "migration_duty": (
        "次期事業者への引継ぎ・移行協力",
        "引継ぎの義務と単価がなければ、離れるときの費用を現在の受注者が決める",
        _migration_duty,
    ),
    "interface_documents": (
        "連携仕様書の納品",
        "連携の仕様が分からなければ、他の事業者は接続できるか判断できない",
        _present(_DOCUMENTS, "他システムとの連携仕様書の作成・更新・納品を定める"),
    ),
    "knowledge_handover": (
        "手順書・設計書と職員への説明",
        "受注者にしか運用の知識がない状態は、契約書に表れない囲い込みである",
        _present(_KNOWLEDGE, "運用手順書・設計書の納品と職員への説明を定める"),
    ),
}  # fmt: skip

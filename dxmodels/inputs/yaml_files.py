"""How is a YAML file checked so that nothing changes its kind on the way and every fault is found at once?

``yaml_text.read_yaml`` gives plain YAML 1.2 data and line numbers; a ``Document`` walks it, collects a fault for every key or value
that is not as it should be (file, line, key, value, cure) and never stops at the first.
"""

from __future__ import annotations

import dataclasses
import difflib
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dxmodels.errors import Fault, InputError, ParameterError
from dxmodels.inputs.places import checked_slug
from dxmodels.inputs.yaml_text import YamlText, read_yaml

NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_SHOWN_NAMES = 20

KeyPath = tuple[Any, ...]


@dataclass(eq=False)
class Document:
    """One YAML file under check: its content with line numbers, and the list every fault is added to."""

    file: str
    text: YamlText
    faults: list[Fault] = field(default_factory=list)

    @property
    def content(self) -> dict[str, Any]:
        """The file as plain data."""
        return self.text.content

    def blame(self, path: KeyPath, problem: str, cure: str, value: object = "") -> None:
        """Add a fault at the key ``path``; the line number is looked up in the text."""
        column = ".".join(str(part) for part in path)
        self.faults.append(
            Fault(self.file, problem, cure, self.text.line(*path), column, "" if value is None else str(value))
        )

    def fields(
        self, path: KeyPath, value: object, *, required: Sequence[str] = (), optional: Sequence[str] = ()
    ) -> dict[str, Any]:
        """Return the mapping at ``path``; unknown and missing keys are faults. {} where it is no mapping."""
        if not isinstance(value, dict):
            self.blame(
                path,
                "「キー: 値」の組になっていません",
                f"{'、'.join((*required, *optional))} を字下げして書いてください",
                value,
            )
            return {}
        known = [*required, *optional]
        for key in value:
            if key not in known:
                self.blame((*path, key), "知らないキーです", f"{_guess(str(key), known)}使えるキー：{'、'.join(known)}")
        for key in required:
            if value.get(key) is None:
                self.blame((*path, key), "必須の項目がありません", f"「{key}:」を書いてください")
        return value

    def entries(self, path: KeyPath, value: object) -> dict[str, Any]:
        """Return the named entries at ``path`` (a mapping from names to mappings); bad names are faults and left out."""
        if not isinstance(value, dict):
            self.blame(path, "名前ごとの項目になっていません", "「名前:」の下に字下げして項目を書いてください", value)
            return {}
        good = {}
        for name, entry in value.items():
            if isinstance(name, str) and NAME.fullmatch(name):
                good[name] = entry
            else:
                self.blame(
                    (*path, name),
                    "名前が規則に合いません",
                    "半角英小文字で始まり、英小文字・数字・_ で64字以内にしてください",
                    name,
                )
        return good

    def text_at(self, path: KeyPath, value: object) -> str:
        """Return the text at ``path``; a number or date written without quotes is a fault, as is an empty text."""
        if isinstance(value, str) and value.strip():
            return value.strip()
        if value is not None:
            empty = isinstance(value, str)
            self.blame(
                path,
                "空欄です" if empty else "文字列ではありません",
                "内容を書いてください" if empty else '引用符で囲んでください（例："2025"）',
                value,
            )
        return ""

    def number_at(self, path: KeyPath, value: object) -> float | None:
        """Return the finite number at ``path``; None (and a fault) where it is text, a truth value, NaN or infinite."""
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            return float(value)
        self.blame(
            path,
            "数値ではありません",
            "半角の数字で、引用符・桁区切り・単位を付けずに書いてください（例：0.164）",
            value,
        )
        return None

    def choice_at(self, path: KeyPath, value: object, choices: Sequence[str]) -> str:
        """Return the text at ``path`` if it is one of ``choices``; otherwise "" and a fault naming the nearest."""
        text = self.text_at(path, value)
        if text and text not in choices:
            self.blame(path, "選択肢にありません", f"{_guess(text, choices)}選択肢：{'、'.join(choices)}", text)
            return ""
        return text

    def flag_at(self, path: KeyPath, value: object) -> bool:
        """Return the truth value at ``path``; anything but true/false is a fault."""
        if isinstance(value, bool):
            return value
        self.blame(path, "true / false ではありません", "true または false と書いてください", value)
        return False


def read_document(path: Path, faults: list[Fault], *, shown: str | None = None) -> Document | None:
    """Read one YAML file; on a fault of the file as a whole add it to ``faults`` and return None."""
    file = shown or path.name
    try:
        return Document(file, read_yaml(path), faults)
    except InputError as error:
        faults.extend(dataclasses.replace(fault, file=file) for fault in error.faults)
        return None


def find_file(folder: Path, name: str, *, kind: str) -> Path:
    """Return ``folder/name.yml``; the name must be a slug, so that it can never leave the folder.

    Raises ParameterError naming the files there are.
    """
    there = sorted(path.stem for path in folder.glob("*.yml")) if folder.is_dir() else []
    if checked_slug(name, what=kind) not in there:
        raise ParameterError([unknown_name(kind, name, there)])
    return folder / f"{name}.yml"


def unknown_name(where: str, name: str, known: Iterable[str]) -> Fault:
    """Return the fault of a name that does not exist, with the nearest ones that do."""
    names = list(known)
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    if near:
        cure = f"次のどれかではありませんか：{'、'.join(near)}"
    else:
        cure = (
            f"使える名前：{'、'.join(names[:_SHOWN_NAMES])}{'…' if len(names) > _SHOWN_NAMES else ''}"
            if names
            else "登録がありません"
        )
    return Fault(where, "その名前は登録されていません", cure, value=name)


def raise_if_any(faults: Sequence[Fault]) -> None:
    """Raise InputError with all faults, if there are any."""
    if faults:
        raise InputError(faults)


def _guess(text: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(text, known, n=1, cutoff=0.6)
    return f"「{near[0]}」の誤りではありませんか。" if near else ""

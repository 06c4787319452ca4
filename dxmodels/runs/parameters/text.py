"""What value does ``--set name=value`` mean? The parameter's own type decides, so a code stays text and a year becomes a number."""

from __future__ import annotations

import difflib
from typing import Any

from dxmodels.errors import Fault, ParameterError
from dxmodels.runs.parameters.notebooks import SCHEMAS

_TRUE, _FALSE = {"true", "はい"}, {"false", "いいえ"}


def parse_setting(setting: str) -> tuple[str, Any]:
    """Return (name, value) of one ``name=value``; raise ParameterError where it has no such form or no notebook knows the name."""
    name, sign, text = setting.partition("=")
    name, text = name.strip(), text.strip()
    if not sign or not name:
        cure = "--set 名前=値 の形で書いてください（例：--set scenario=base）"
        raise ParameterError([Fault("--set", "「名前=値」になっていません", cure, value=setting)])
    kinds = _kinds_of(name)
    if not kinds:
        known = sorted({field for schema in SCHEMAS.values() for field in schema.names()})
        close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
        hint = f"「{close[0]}」の誤りではありませんか。" if close else ""
        cure = f"{hint}使えるパラメータ：{'、'.join(known)}"
        raise ParameterError([Fault(f"--set {name}", "知らないパラメータです", cure, value=text)])
    return name, _value(name, text, kinds)


def _kinds_of(name: str) -> set[type]:
    """Return the plain types a parameter of this name may have in any notebook."""
    kinds: set[type] = set()
    for schema in SCHEMAS.values():
        if name in schema.model_fields:
            annotation = schema.model_fields[name].annotation
            kinds |= {kind for kind in (str, int, bool) if annotation is kind or kind in _members(annotation)}
    return kinds


def _members(annotation: Any) -> tuple[Any, ...]:
    """Return the plain types inside ``str | None`` or an Annotated of it."""
    found: list[Any] = []
    for member in getattr(annotation, "__args__", ()):
        found.append(getattr(member, "__origin__", member))
    return tuple(found)


def _value(name: str, text: str, kinds: set[type]) -> Any:
    if bool in kinds:
        if text.lower() in _TRUE | _FALSE:
            return text.lower() in _TRUE
        raise ParameterError(
            [Fault(f"--set {name}", "真偽値ではありません", "true か false にしてください", value=text)]
        )
    if int in kinds:
        digits = text.removeprefix("-")
        if digits.isascii() and digits.isdigit():
            return int(text)
        raise ParameterError(
            [Fault(f"--set {name}", "整数ではありません", "半角の整数にしてください（例：2026）", value=text)]
        )
    return text

"""What does a YAML file of ours say, and on which line does each key stand?

YAML 1.2 (no octal codes, no ``no`` = False), plain data only: ruamel's round-trip loader builds no objects and knows the line of
every key. Duplicate keys, broken syntax, a file that is no mapping and a file of absurd size are faults, never tracebacks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from dxmodels.errors import Fault, InputError

_MOST_BYTES = 2_000_000  # a hand-written file; anything larger is something else
_MOST_VALUES = 200_000


@dataclass(frozen=True, eq=False)
class YamlText:
    """The content of one file as plain Python data, and the file name for messages."""

    file: str
    content: dict[str, Any]
    marked: Any

    def line(self, *keys: str | int) -> int:
        """Return the line (first = 1) of the key reached by ``keys``; the deepest known one, 0 if none is."""
        node: Any = self.marked
        line = 0
        for key in keys:
            try:
                where = node.lc
                line = (where.item(key) if isinstance(key, int) else where.key(key))[0] + 1
                node = node[key]
            except (AttributeError, KeyError, IndexError, TypeError):
                break
        return line


def read_yaml(path: Path) -> YamlText:
    """Return the mapping in ``path``; raise InputError (one Fault) where it is no readable mapping."""
    try:
        text = _text_of(path)
        marked = _parse(text)
    except DuplicateKeyError as error:
        raise _fault(path, "同じキーが2度書かれています", "どちらか一方を消してください", error) from error
    except MarkedYAMLError as error:
        tab = next((number for number, line in enumerate(text.splitlines(), start=1) if "\t" in line), 0)
        if tab:
            fault = Fault(
                path.name, "タブ文字が使われています", "字下げのタブを半角の空白に置き換えてください", row=tab
            )
            raise InputError([fault]) from error
        raise _fault(
            path, "YAMLとして読めません", "字下げ・「:」の後の空白・引用符を確かめてください", error
        ) from error
    except YAMLError as error:
        raise _fault(path, "YAMLとして読めません", "字下げと引用符を確かめてください", None) from error
    except RecursionError as error:
        raise _fault(path, "入れ子が深すぎます", "括弧と字下げを確かめてください", None) from error
    except ValueError as error:  # e.g. an unquoted 2026-02-31, which YAML takes for a date
        raise _fault(
            path, f"存在しない日付などの値があります（{error}）", "暦にある日付に直してください", None
        ) from error
    if not isinstance(marked, dict):
        raise _fault(path, "「キー: 値」の形になっていません", "空でないYAMLの対応表にしてください", None)
    return YamlText(path.name, _plain(marked, path, [_MOST_VALUES]), marked)


@lru_cache(maxsize=64)
def _parse(text: str) -> Any:
    """Return the marked content of a text; the same file is asked for many times within one notebook. Nobody may change what is returned."""
    return YAML(typ="rt").load(text)


def _text_of(path: Path) -> str:
    try:
        size = path.stat().st_size
        if size > _MOST_BYTES:
            raise InputError([Fault(path.name, f"{size:,} バイトあり大きすぎます", f"{_MOST_BYTES:,} バイト以下に")])
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError([Fault(path.name, "UTF-8ではありません", "UTF-8で保存し直してください")]) from error
    except OSError as error:
        raise InputError(
            [Fault(path.name, "ファイルを開けません", "置き場所と読取り権限を確かめてください")]
        ) from error


def _fault(path: Path, problem: str, cure: str, error: MarkedYAMLError | None) -> InputError:
    mark = error.problem_mark if error is not None else None
    return InputError([Fault(path.name, problem, cure, row=mark.line + 1 if mark is not None else 0)])


def _plain(node: Any, path: Path, left: list[int]) -> Any:
    """Turn ruamel's marked containers into plain ones; aliases of aliases must not grow beyond all bounds (``left`` counts down)."""
    left[0] -= 1
    if left[0] < 0:
        raise _fault(path, "項目が多すぎます（別名「*」の繰り返しの可能性）", "別名を使わずに書いてください", None)
    if isinstance(node, dict):
        return {key: _plain(value, path, left) for key, value in node.items()}
    if isinstance(node, Sequence) and not isinstance(node, str):
        return [_plain(value, path, left) for value in node]
    return float(node) if isinstance(node, float) else node

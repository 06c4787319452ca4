"""How do the levers of the screen become a scenario file that every report can run with?

The file is written as a patch over the assumptions (data/scenarios), checked exactly as a run would check it, and never put over another one. What
the starting scenario changes is carried along, so that the new file stands alone. Every number set on the screen is 仮置き with the note to confirm.
"""

from __future__ import annotations

import datetime as dt
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from dxmodels.errors import Fault, ParameterError, RunError
from dxmodels.inputs import Patch, Register, load_scenario
from dxmodels.inputs.places import checked_slug, data_root

_FOLDER = "scenarios"
_SOURCE = "対話画面（ワークベンチ）で設定した値"
_NOTE = "要確認：画面で試した値。根拠となる資料で確かめる"


def save_scenario(
    name: str, title_ja: str, values: Mapping[str, float], *, register: Register, start: str = "base",
    folder: Path | None = None, today: dt.date | None = None,
) -> Path:  # fmt: skip
    """Write the scenario ``name`` with the central values that differ from ``register``, and return its path.

    Raises ParameterError for a bad or taken name, an empty title, nothing changed, or a value the register refuses; RunError where the
    folder cannot be written. Nothing is left behind then.
    """
    place = folder if folder is not None else data_root() / _FOLDER
    path = place / f"{checked_slug(name, what='シナリオの名前')}.yml"
    base = load_scenario(start, folder=place)
    changed = {key: value for key, value in values.items() if value != register.central(key)}
    faults = []
    if path.exists():
        faults.append(Fault(path.name, "同じ名前のシナリオが既にあります", "別の名前にしてください（上書きはしません）", value=name))  # fmt: skip
    if not title_ja.strip():
        faults.append(Fault("表題", "空欄です", "報告書に印字する表題を書いてください"))
    if not changed and not base.changes:
        faults.append(Fault("設定", "どの前提も登録値のままです", "つまみを動かしてから保存してください"))
    if faults:
        raise ParameterError(faults)
    content = _content(name, title_ja.strip(), base, changed, today or dt.date.today())
    text = _yaml(content)
    _try(name, text, register)
    _write_new(path, text)
    return path


def _content(name: str, title: str, base: Patch, changed: Mapping[str, float], today: dt.date) -> dict[str, Any]:
    day = today.isoformat()
    changes: dict[str, Any] = {key: _kept(change) for key, change in base.changes.items() if key not in changed}
    for key, value in changed.items():
        entry: dict[str, Any] = {"value": {"central": float(f"{value:.10g}")}}
        changes[key] = {**entry, "source": _SOURCE, "as_of": day, "grade": "仮置き", "note": _NOTE}
    source = _SOURCE + (f"（「{base.title_ja}」から）" if base.changes else "")
    return {"name": name, "title_ja": title, "source": source, "note": f"{day} に画面から保存", "changes": changes}


def _kept(change: Any) -> dict[str, Any]:
    """Return a change of the starting scenario as the file says it."""
    levels = {
        year: {key: value for key in ("central", "low", "high") if (value := getattr(level, key)) is not None}
        for year, level in change.values.items()
    }
    entry: dict[str, Any] = {"value": levels[None]} if None in levels else {"values": levels}
    if change.carry_forward is not None:
        entry["carry_forward"] = change.carry_forward
    entry |= {"source": change.source, "as_of": change.as_of, "grade": change.grade}
    return {**entry, "note": change.note} if change.note else entry


def _yaml(content: dict[str, Any]) -> str:
    yaml = YAML()
    yaml.allow_unicode, yaml.width = True, 10_000
    with tempfile.TemporaryFile("w+", encoding="utf-8") as store:
        yaml.dump(content, store)
        store.seek(0)
        return store.read()


def _try(name: str, text: str, register: Register) -> None:
    """Read the file back as a run would, and apply it."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / f"{name}.yml").write_text(text, encoding="utf-8")
        register.patched(load_scenario(name, folder=folder))


def _write_new(path: Path, text: str) -> None:
    """Put the whole file there at once, and only where none is."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_text(text, encoding="utf-8", newline="\n")
        os.link(part, path)
    except FileExistsError as error:
        cure = "別の名前にしてください（上書きはしません）"
        raise ParameterError([Fault(path.name, "同じ名前のシナリオが既にあります", cure, value=path.stem)]) from error
    except OSError as error:
        raise RunError(
            f"{path.parent} に書き込めません（{error.strerror}）。空き容量と権限を確かめてください。"
        ) from error
    finally:
        part.unlink(missing_ok=True)

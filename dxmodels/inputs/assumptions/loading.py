"""How do the topic files of data/assumptions become one register?"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from dxmodels.errors import Fault
from dxmodels.inputs.assumptions.cross_references import with_words
from dxmodels.inputs.assumptions.entry import Assumption
from dxmodels.inputs.assumptions.reading import read_topic
from dxmodels.inputs.assumptions.register import Register
from dxmodels.inputs.places import data_root
from dxmodels.inputs.yaml_files import raise_if_any, read_document


def load_register(path: str | Path | None = None) -> Register:
    """Return the register of the folder ``path`` (default: data/assumptions), all topics in file-name order.

    Raises InputError holding every fault of every file: syntax, unknown keys, missing source, low > high, unknown unit,
    a name used in two topics, 仮置き without 要確認.
    """
    folder = Path(path) if path is not None else data_root() / "assumptions"
    files = tuple(sorted(folder.glob("*.yml"))) if folder.is_dir() else ()
    if not files:
        raise_if_any(
            [
                Fault(
                    str(folder.name),
                    "前提値のファイル（*.yml）がありません",
                    "data/assumptions の場所を確かめてください",
                )
            ]
        )
    stamps = tuple((file, file.stat().st_mtime_ns, file.stat().st_size) for file in files)
    return _load(stamps)


@lru_cache(maxsize=8)
def _load(stamps: tuple[tuple[Path, int, int], ...]) -> Register:
    faults: list[Fault] = []
    entries: dict[str, Assumption] = {}
    for file, _, _ in stamps:
        document = read_document(file, faults)
        for entry in read_topic(document, file.stem) if document else []:
            if entry.name in entries:
                where = f"{entries[entry.name].topic}.yml と {file.name}"
                faults.append(
                    Fault(
                        file.name,
                        f"同じ名前が二つのファイルにあります（{where}）",
                        "一方を消すか、別の名前にしてください",
                        column=entry.name,
                    )
                )
            entries.setdefault(entry.name, entry)
    raise_if_any(faults)
    return Register(with_words(entries))

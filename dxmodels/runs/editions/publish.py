"""How is the public edition of a finished run made? From its recorded results, into a folder that can be handed out as it is.

reports/<run-id>/public/{index.html, <plan>.html/.pdf/.xlsx and its volumes, tables/, figures/, booklets/ (declared public), manifest.json}. Nothing
is computed anew. The folder is searched for withheld values before it is put in place: an edition that tells one is never put there.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from dxmodels.errors import Fault, InputError, ParameterError
from dxmodels.inputs import load_register
from dxmodels.runs import folders
from dxmodels.runs.editions.files import refuse, write_edition
from dxmodels.runs.editions.finished import folder_of, is_latest, manifest_of, pages_of_run
from dxmodels.runs.editions.leaks import search_leaks
from dxmodels.runs.editions.listing import summary_of
from dxmodels.runs.editions.masking import plan_masking
from dxmodels.runs.editions.material import Earlier, Masking, material_of
from dxmodels.runs.editions.places import Place
from dxmodels.runs.editions.rules import load_rules, stale_columns
from dxmodels.runs.project import reports_root

PUBLIC = "public"
_WITHHELD = "withheld.json"  # in the run's folder, not in the public one: which cells its public edition withholds


@dataclass(frozen=True, eq=False)
class PublicEdition:
    """A public edition put in place: its folder, what it withholds, how many files were searched."""

    run_id: str
    folder: Path
    masking: Masking
    files_count: int

    def summary(self) -> str:
        """Return the end in Japanese."""
        told = [
            summary_of(self.masking),
            f"{self.files_count}個のファイルに、伏せた値はない。",
            f"公表版：{self.folder / 'index.html'}",
        ]
        if self.masking.told_before:
            numbers = sorted({self.masking.exhibits[place.stem].id for place in self.masking.told_before})
            told.insert(
                1,
                f"注意：既に公表した版から分かる値が{len(self.masking.told_before)}欄ある（図表{'・'.join(numbers)}）。伏せても守れない。",
            )
        return "\n".join(told)


def publish_run(name: str, *, after: str = "") -> PublicEdition:
    """Make the public edition of a finished run; ``after``: an earlier run whose public edition is out (differences of the two are guarded).

    Raises ParameterError where there is no such run, RunError where a file would tell a withheld value.
    """
    reports = reports_root()
    with folders.locked(reports):
        folder = folder_of(name, reports)
        manifest = manifest_of(folder)
        pages = pages_of_run(folder, manifest)
        earlier = _earlier(after, reports) if after else None
        rules = load_rules()
        material = material_of(pages)
        stale = stale_columns(rules, material.exhibits.values())
        if stale:
            raise InputError(stale)
        masking = plan_masking(material, rules, load_register(), earlier=earlier)
        built = folders.fresh_staging(reports, f"{folder.name}-{PUBLIC}")
        write_edition(built, manifest, pages, masking)
        refuse(search_leaks(built, masking))
        files = sum(1 for path in built.rglob("*") if path.is_file())
        folders.put_in_place(built, folder / PUBLIC)
        folders.write_atomically(folder / _WITHHELD, _withheld_json(masking))
        if is_latest(folder, reports):
            folders.copy_latest(folder, reports)
    return PublicEdition(folder.name, folder / PUBLIC, masking, files)


def _withheld_json(masking: Masking) -> bytes:
    cells = [[place.stem, place.row, place.column] for place in masking.withheld]
    return json.dumps({"cells": cells, "left_out": sorted(masking.left_out)}, ensure_ascii=False).encode("utf-8")


def _earlier(name: str, reports: Path) -> Earlier:
    """Return the public edition of an earlier run: its tables with their true values, and what was withheld of them."""
    folder = folder_of(name, reports)
    try:
        held = json.loads((folder / _WITHHELD).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        cure = f"先に dx edition {folder.name} でその公表版を作るか、公表版のある実行番号を指定してください"
        raise ParameterError([Fault("前の公表版", "その実行の公表版がありません", cure, value=name)]) from error
    pages = pages_of_run(folder, manifest_of(folder))
    prefix = f"{folder.name}/"
    left_out = set(held["left_out"])
    exhibits = {
        prefix + page.stem(one): one
        for page in pages if not page.job.apart for one in page.results.exhibits if page.stem(one) not in left_out
    }  # fmt: skip
    cells = frozenset(Place(prefix + stem, row, column) for stem, row, column in held["cells"] if stem not in left_out)
    return Earlier(exhibits, cells)

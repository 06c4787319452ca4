"""How is the public edition of a finished run made? From its recorded results, into a folder that can be handed out as it is.

reports/<run-id>/public/{index.html, <plan>.html/.pdf/.xlsx and its volumes, tables/, figures/, booklets/ (declared public), manifest.json}. Nothing
is computed anew. The folder is searched for withheld values before it is put in place: an edition that tells one is never put there.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dxmodels.errors import Fault, ParameterError, RunError
from dxmodels.fiscal import era_date
from dxmodels.inputs import load_register
from dxmodels.inputs.places import EMBEDDED_CASE
from dxmodels.runs import folders
from dxmodels.runs.casefacts import case_facts
from dxmodels.runs.document import Edition, Page, with_file_names
from dxmodels.runs.document.volumes import report_volumes
from dxmodels.runs.editions.leaks import Leak, leaks_in, search_leaks
from dxmodels.runs.editions.listing import public_list, summary_of
from dxmodels.runs.editions.masking import LIST_ID, Earlier, Masking, material_of, plan_masking, public_pages
from dxmodels.runs.editions.page_sizes import pages_of_volumes
from dxmodels.runs.editions.places import Place
from dxmodels.runs.editions.rules import EditionRules, load_rules
from dxmodels.runs.execute import Outcome
from dxmodels.runs.extract import Results
from dxmodels.runs.fingerprint import file_digest
from dxmodels.runs.manifest import MANIFEST
from dxmodels.runs.model import Exhibit, Record
from dxmodels.runs.plain_words import page_in_japanese
from dxmodels.runs.plan_file import Plan
from dxmodels.runs.plans import Job
from dxmodels.runs.project import inside, reports_root
from dxmodels.runs.recorded import results_file
from dxmodels.runs.render.csv import machine_csv, people_csv
from dxmodels.runs.render.html import public_index_html
from dxmodels.runs.render.work import Made, VolumeWork

PUBLIC = "public"
_WITHHELD = "withheld.json"  # in the run's folder, not in the public one: which cells its public edition withholds
_SHOWN_LEAKS = 20


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
        folder = _folder_of(name, reports)
        manifest = _manifest_of(folder)
        pages = pages_of_run(folder, manifest)
        earlier = _earlier(after, reports) if after else None
        rules = load_rules()
        masking = plan_masking(material_of(pages), rules, load_register(), earlier=earlier)
        built = folders.fresh_staging(reports, f"{folder.name}-{PUBLIC}")
        _write_all(built, manifest, pages, masking, folder)
        _refuse(search_leaks(built, masking))
        files = sum(1 for path in built.rglob("*") if path.is_file())
        folders.put_in_place(built, folder / PUBLIC)
        folders.write_atomically(folder / _WITHHELD, _withheld_json(masking))
        if _is_latest(folder, reports):
            folders.copy_latest(folder, reports)
    return PublicEdition(folder.name, folder / PUBLIC, masking, files)


def _refuse(leaks: list[Leak]) -> None:
    """Raise RunError where a file would tell a withheld value; the value itself is not repeated."""
    if leaks:
        listed = "\n".join(f"  {leak}" for leak in leaks[:_SHOWN_LEAKS])
        cure = "data/editions/public.yml に列か図表を加えてください。"
        raise RunError(f"公表版に伏せた値が {len(leaks)} か所残るため、作成を止めました。{cure}\n{listed}")


def pages_of_run(folder: Path, manifest: Mapping[str, Any]) -> list[Page]:
    """Return the pages of a finished run as they were recorded, in Japanese words, with the names of their files."""
    try:
        pages = [_page_of(folder, key, facts) for key, facts in manifest["notebooks"].items()]
    except (OSError, ValueError, KeyError) as error:
        raise RunError(f"実行 {folder.name} の記録から公表版を作れません。dx run で作り直してください。") from error
    return [page_in_japanese(page) for page in with_file_names(pages)]


def _page_of(folder: Path, key: str, facts: Mapping[str, Any]) -> Page:
    content = json.loads(results_file(folder, key, apart=bool(facts.get("apart"))).read_text(encoding="utf-8"))
    results = Results(
        content["title"], tuple(content["lead"]),
        tuple(Exhibit.model_validate(entry) for entry in content["exhibits"]),
        tuple(Record.model_validate(entry) for entry in content["records"]),
    )  # fmt: skip
    job = Job(
        key, facts["notebook"], facts["chapter"], facts["parameters"], facts["variant"], facts["joins"], bool(facts.get("apart"))
    )  # fmt: skip
    # Why a notebook failed is told inside; it may name folders of this machine.
    return Page(job, Outcome(key, facts["state"], 0.0), results, facts["fingerprint"])


def _write_all(built: Path, manifest: Mapping[str, Any], pages: list[Page], masking: Masking, run: Path) -> None:
    plan = Plan.model_validate(manifest["plan"])
    edition = _edition_of(manifest, plan, masking.rules)
    shown = _with_list(public_pages(pages, masking), masking)
    volumes = report_volumes(plan, shown, edition)
    for stem, document in volumes.items():  # what is set into the PDF, as words
        _refuse(
            leaks_in(
                f"{stem}.pdf",
                [
                    (
                        "本文",
                        document.model_dump_json(
                            exclude={"parts": {"__all__": {"chapters": {"__all__": {"items": {"__all__": {"svg"}}}}}}}
                        ),
                    )
                ],
                masking,
            )
        )
    told = tuple(page for page in shown if not page.job.apart)
    for made in _rendered(volumes, plan, told):
        if made.failed:
            raise RunError(
                "公表版を作成できません。" + "、".join(f"{name}：{why}" for name, why in made.failed.items())
            )
        _write(built, made.files)
    _write(built, _tables(told))
    _copy_booklets(run, built, masking.rules)
    index = _index(volumes, plan, edition, told, built)
    _write(built, {"index.html": public_index_html(index).encode("utf-8")})
    _write(built, {MANIFEST: _public_manifest(built, manifest, edition, masking)})


def _rendered(volumes: Mapping[str, Any], plan: Plan, told: tuple[Page, ...]) -> Iterator[Made]:
    for stem, document in volumes.items():
        yield VolumeWork(stem, document, None, printed=True).render()
    for stem, document in pages_of_volumes(volumes).items():
        yield VolumeWork(stem, document, told if stem == plan.name else None, printed=False).render()


def _tables(pages: tuple[Page, ...]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for page in pages:
        for exhibit in page.results.exhibits:
            if exhibit.computable and exhibit.columns:
                stem = page.stem(exhibit)
                files[f"tables/{stem}.csv"] = machine_csv(exhibit)
                files[f"tables/people/{stem}.csv"] = people_csv(exhibit)
    return files


def _with_list(pages: list[Page], masking: Masking) -> list[Page]:
    """Return the pages with E37 as the public reads it: in place of the internal one, else at the end of the last page."""
    at = next(
        (n for n, page in enumerate(pages) if any(one.id == LIST_ID for one in page.results.exhibits)), len(pages) - 1
    )
    results = pages[at].results
    held = next((one for one in results.exhibits if one.id == LIST_ID), None)
    others = tuple(one for one in results.exhibits if one.id != LIST_ID)
    changed = replace(pages[at], results=replace(results, exhibits=(*others, public_list(masking, held))))
    return [*pages[:at], changed, *pages[at + 1 :]]


def _edition_of(manifest: Mapping[str, Any], plan: Plan, rules: EditionRules) -> Edition:
    case, facts = manifest["case"], case_facts(str(manifest["case"]["name"]))
    embedded = case["name"] == EMBEDDED_CASE
    title = plan.title_ja if embedded else f"{case['title']} {plan.own_title_ja or plan.title_ja}"
    return Edition(
        str(manifest["run_id"]), title, f"{plan.edition_ja}　{rules.title_ja}", str(case["title"]),
        dt.date.fromisoformat(str(case["as_of"])), facts.base_fy, own=facts.own, embedded=embedded,
    )  # fmt: skip


def _index(
    volumes: Mapping[str, Any], plan: Plan, edition: Edition, pages: tuple[Page, ...], built: Path
) -> dict[str, Any]:
    exhibits = sorted(
        ({"number": one.id, "title": one.title, "grade": one.grade, "stem": page.stem(one), "file": (built / f"tables/{page.stem(one)}.csv").is_file()}
         for page in pages for one in page.results.exhibits), key=lambda row: str(row["stem"]),
    )  # fmt: skip
    return {
        "title": edition.title,
        "edition": edition.edition,
        "case_title": edition.case_title,
        "as_of": era_date(edition.as_of),
        "run_id": edition.run_id,
        "mark": volumes[plan.name].mark,
        "report": plan.name,
        "annexes": [(document.title, stem) for stem, document in volumes.items() if stem != plan.name],
        "booklets": sorted(path.name for path in (built / "booklets").glob("*.pdf")),
        "exhibits": exhibits,
    }


def _copy_booklets(run: Path, built: Path, rules: EditionRules) -> None:
    """Take over the forms that the rules declare public, as they are."""
    for number in rules.booklets:
        for path in sorted((run / "booklets").glob(f"{number}*")):
            target = built / "booklets" / path.name
            target.parent.mkdir(exist_ok=True)
            if path.is_dir() and not path.is_symlink():
                shutil.copytree(path, target)
            elif path.is_file() and path.suffix == ".pdf":
                shutil.copyfile(path, target)


def _public_manifest(built: Path, manifest: Mapping[str, Any], edition: Edition, masking: Masking) -> bytes:
    """Return what the public is told of the run: number, edition, date, code, files; no path, no setting of a machine."""
    files = {
        path.relative_to(built).as_posix(): file_digest(path) for path in sorted(built.rglob("*")) if path.is_file()
    }
    content = {
        "run_id": edition.run_id,
        "title": edition.title,
        "edition": edition.edition,
        "case": edition.case_title,
        "as_of": edition.as_of.isoformat(),
        "commit": str(manifest.get("code", {}).get("commit", "")),
        "withheld_cells": {
            rule.title_ja: masking.count(rule) for rule in masking.rules.all_rules if masking.count(rule)
        },
        "files": files,
    }
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def _withheld_json(masking: Masking) -> bytes:
    cells = [[place.stem, place.row, place.column] for place in masking.withheld]
    return json.dumps({"cells": cells, "left_out": sorted(masking.left_out)}, ensure_ascii=False).encode("utf-8")


def _earlier(name: str, reports: Path) -> Earlier:
    """Return the public edition of an earlier run: its tables with their true values, and what was withheld of them."""
    folder = _folder_of(name, reports)
    try:
        held = json.loads((folder / _WITHHELD).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        cure = f"先に dx edition {folder.name} でその公表版を作るか、公表版のある実行番号を指定してください"
        raise ParameterError([Fault("前の公表版", "その実行の公表版がありません", cure, value=name)]) from error
    pages = pages_of_run(folder, _manifest_of(folder))
    prefix = f"{folder.name}/"
    left_out = set(held["left_out"])
    exhibits = {
        prefix + page.stem(one): one
        for page in pages if not page.job.apart for one in page.results.exhibits if page.stem(one) not in left_out
    }  # fmt: skip
    cells = frozenset(Place(prefix + stem, row, column) for stem, row, column in held["cells"] if stem not in left_out)
    return Earlier(exhibits, cells)


def _folder_of(name: str, reports: Path) -> Path:
    """Return the folder of a run of reports/; only a plain name is taken."""
    there = sorted(path.parent.name for path in reports.glob(f"[!.]*/{MANIFEST}"))
    if name not in there:
        cure = f"reports/ にある実行番号を指定してください（ある実行：{'、'.join(there) or 'なし'}）"
        raise ParameterError([Fault("実行", "その実行がありません", cure, value=name)])
    manifest = _manifest_of(reports / name)
    return reports / str(manifest["run_id"]) if name == folders.LATEST else reports / name


def _manifest_of(folder: Path) -> dict[str, Any]:
    try:
        return dict(json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise RunError(f"実行 {folder.name} の記録を読めません。dx run で作り直してください。") from error


def _is_latest(folder: Path, reports: Path) -> bool:
    latest = reports / folders.LATEST
    return (latest / MANIFEST).is_file() and _manifest_of(latest).get("run_id") == folder.name


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        place = Path(name)
        (folder / place.parent).mkdir(parents=True, exist_ok=True)
        folders.write_atomically(inside(folder / place.parent, place.name), content)

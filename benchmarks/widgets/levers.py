"""How long does a figure of the workbench take to follow its lever?

    python benchmarks/widgets/levers.py [ROUNDS]

Every slider is moved to both ends of its range and back, and every choice to every one of its options, on side A; what is measured is the time from the
change to the new sentence and picture (the browser's own drawing comes on top). Asked: less than a second; a scenario simulated for the first time is told apart.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from dxmodels.inputs import Case, Register, load_case, load_register
from dxmodels.widgets.start import Workbench
from dxmodels.widgets.views import Side, View


def main(rounds: int) -> None:
    workbench = Workbench(*_loaded())
    for view in workbench.views:
        view.open()
        first = dict(_moves(view.a, only="scenario"))
        for name, seconds in first.items():
            print(f"{view.title} {name}, first time: {seconds:.2f} s")
        spent: dict[str, list[float]] = {}
        for _ in range(rounds):
            for name, seconds in _moves(view.a):
                spent.setdefault(name, []).append(seconds)
        _tell(view, spent)


def _tell(view: View, spent: dict[str, list[float]]) -> None:
    for name, seconds in spent.items():
        middle = sorted(seconds)[len(seconds) // 2]
        print(f"{view.title} {name}: median {middle:.2f} s, longest {max(seconds):.2f} s ({len(seconds)} changes)")


def _moves(side: Side, only: str = "") -> Iterator[tuple[str, float]]:
    """Yield (name of the lever, seconds) of every move that changes something."""
    for name, slider in side.sliders.items():
        if only:
            continue
        start = slider.value
        for value in (slider.min, slider.max, start):
            if value != slider.value:
                slider.value = value
                yield name, side.seconds
    for name, box in side.choices.items():
        if only and name != only:
            continue
        start = box.value
        for value in [*(value for _, value in box.options), start]:
            if value != box.value:
                box.value = value
                yield (f"{name} {value}" if only else name), side.seconds


def _loaded() -> tuple[Case, Register]:
    return load_case("osaka"), load_register()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)

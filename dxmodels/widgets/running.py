"""How is the full report run from the screen, without stopping the screen?

The very command a planner would type runs beside the kernel, so that the result is the batch run's own; its lines are shown as they come.
"""

from __future__ import annotations

import html
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence

import ipywidgets as ui

_LINES_SHOWN = 12


def report_arguments(plan: str, settings: Mapping[str, object]) -> list[str]:
    """Return the arguments of ``dx`` that run ``plan`` with ``settings`` (None = left out)."""
    found = ["run", plan]
    for name, value in settings.items():
        if value is not None:
            found += ["--set", f"{name}={str(value).lower() if isinstance(value, bool) else value}"]
    return found


class ReportRunner:
    """A button that runs a report, the command it runs, and what the run says."""

    def __init__(self, arguments: Callable[[], Sequence[str]], *, command: Sequence[str] = ()) -> None:
        self._arguments = arguments
        self._command = list(command) or [sys.executable, "-m", "dxmodels.cli"]
        self._process: subprocess.Popen[str] | None = None
        self._follower: threading.Thread | None = None
        self._lines: list[str] = []
        self.exit_code: int | None = None
        self.start = ui.Button(
            description="この設定で報告書を作る", button_style="primary", layout=ui.Layout(width="16em")
        )
        self.stop = ui.Button(description="中止", disabled=True)
        self.said = ui.HTML()
        self.said.add_class("dx-run-said")
        self.start.add_class("dx-run-start")
        self.start.on_click(lambda _: self.run())
        self.stop.on_click(lambda _: self.cancel())
        self.box = ui.VBox([ui.HBox([self.start, self.stop]), self.said])

    def run(self) -> None:
        """Start the run unless one is going on."""
        if self._process is not None and self._process.poll() is None:
            return
        self._lines, self.exit_code = [f"dx {' '.join(self._arguments())}"], None
        self._show("実行中")
        self._process = subprocess.Popen(
            [*self._command, *self._arguments()], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace",
        )  # fmt: skip
        self.start.disabled, self.stop.disabled = True, False
        self._follower = threading.Thread(target=self._follow, args=(self._process,), daemon=True)
        self._follower.start()

    def cancel(self) -> None:
        """Stop the run; what was computed is kept, and the next run goes on from there."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def wait(self, seconds: float) -> int | None:
        """Wait for the end (used by tests); return the exit code."""
        if self._process is not None:
            self._process.wait(seconds)
        if self._follower is not None:
            self._follower.join(seconds)
        return self.exit_code

    def _follow(self, process: subprocess.Popen[str]) -> None:
        for line in process.stdout or ():
            self._lines.append(line.rstrip())
            self._show("実行中")
        code = process.wait()
        self._show(
            {0: "完了", 1: "一部のノートブックが失敗（残りは作成済み）"}.get(
                code, f"中止または誤り（終了コード {code}）"
            )
        )
        self.start.disabled, self.stop.disabled = False, True
        self.exit_code = code

    def _show(self, state: str) -> None:
        text = "\n".join(self._lines[-_LINES_SHOWN:])
        self.said.value = f"<p><b>{html.escape(state)}</b></p><pre>{html.escape(text)}</pre>"

"""How does the same plan run on many machines? ``dx run PLAN --cluster ADDRESS`` hands notebooks and pages to a Dask cluster.

No folder is shared: parcels go out and files come back as bytes (parcel.py). A worker that dies gives its work to another; what a notebook itself does
wrong is not tried again. Needs the optional extra ``cluster``; docs/cluster.md says how to start one.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from types import TracebackType
from typing import Any, TypeVar

from dxmodels.errors import RunError
from dxmodels.runs.execute.machines import WorkersLost
from dxmodels.runs.execute.notebook import Outcome, Task
from dxmodels.runs.execute.parcel import Parcel, Returned, pack, receive, run_elsewhere
from dxmodels.runs.fingerprint import code_digest

_CONNECT_SECONDS = 20
_RETRIES = 3  # of work whose worker was lost or whose connection broke
# Packages whose version a result may depend on.
_COUNTED = (
    "numpy",
    "pandas",
    "scipy",
    "statsmodels",
    "scikit-learn",
    "highspy",
    "pulp",
    "matplotlib",
    "typst",
    "papermill",
)
_GONE = "実行中のワーカーが繰り返し停止しました。ワーカーのメモリを増やして再実行してください。"
_ITEM = TypeVar("_ITEM")
_ANSWER = TypeVar("_ANSWER")


class Cluster:
    """A Dask cluster as a place to run; a context manager that holds the connection."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._client: Any = None

    def __enter__(self) -> Cluster:
        try:
            from distributed import Client
        except ImportError as error:
            raise RunError('クラスタで実行するには pip install "dxmodels[cluster]" が必要です。') from error
        try:
            self._client = Client(self.address, timeout=_CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            raise RunError(
                f"クラスタ {self.address} に接続できません。スケジューラの番地（例：tcp://192.0.2.10:8786）と起動を確かめてください。"
            ) from error
        if not self._client.scheduler_info(n_workers=-1)["workers"]:
            self._client.close()
            raise RunError(f"クラスタ {self.address} にワーカーがいません。ワーカーを起動してから再実行してください。")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def each(self, function: Callable[[_ITEM], _ANSWER], items: Sequence[_ITEM]) -> Iterator[tuple[int, _ANSWER]]:
        """Run the function over the items on the workers."""
        for place, answer in self._ended([self._submit(function, item) for item in items]):
            if isinstance(answer, Exception):
                raise WorkersLost from answer
            yield place, answer

    def notebooks(self, tasks: Sequence[Task]) -> Iterator[Outcome]:
        """Execute notebooks on the workers; their files come back here."""
        packed = pack(tasks, code=code_digest(pages=True), versions=counted_versions())
        # A result of its own: held once a worker, and made again where the worker that held it is lost (scattered data would be gone).
        parcel = self._submit(_handed_on, packed)
        for place, answer in self._ended([self._submit(execute_here, task, parcel) for task in tasks]):
            if isinstance(answer, Exception):
                yield Outcome(tasks[place].key, "kernel_died", 0.0, _GONE, repr(answer))
            else:
                yield receive(tasks[place], answer)

    def _submit(self, function: Callable[..., Any], *arguments: Any) -> Any:
        return self._client.submit(function, *arguments, pure=False, retries=_RETRIES)

    def _ended(self, futures: Sequence[Any]) -> Iterator[tuple[int, Any]]:
        """Yield (place, answer) as work ends; a loss of workers is an answer, the loss of the scheduler ends the run."""
        from distributed import CancelledError, KilledWorker, as_completed

        places = {future.key: place for place, future in enumerate(futures)}
        for future in as_completed(list(futures), loop=self._client.loop):
            try:
                answer = future.result()
            except KilledWorker as error:
                answer = error
            except (CancelledError, TimeoutError, ConnectionError) as error:
                raise RunError(
                    f"クラスタ {self.address} との接続が切れました。計算済みの結果は残っており、--resume で続きから始まります。"
                ) from error
            yield places[future.key], answer


def execute_here(task: Task, parcel: Parcel) -> Returned:
    """Execute one notebook on the worker this is called on."""
    return run_elsewhere(task, parcel, code_digest(pages=True), counted_versions())


def _handed_on(parcel: Parcel) -> Parcel:
    return parcel


@lru_cache(maxsize=1)
def counted_versions() -> tuple[tuple[str, str], ...]:
    """Return the versions on this machine that a result may depend on."""
    return (("Python", platform.python_version()), *((name, _version(name)) for name in _COUNTED))


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""

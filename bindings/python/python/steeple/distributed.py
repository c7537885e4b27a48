"""One proof on the workers of a dask cluster.

    split ──▶ jobs ──▶ workers (each keeps the network) ──▶ results ──▶ merge ──▶ check, here

Nothing that a worker says is believed: the merged certificate is checked here by the ordinary checker. A worker that dies
costs the time of its part alone. Needs `distributed` (`pip install "steeple[dask]"`).
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

from . import _native, api
from ._native import Network
from .errors import Interrupted, SteepleError
from .results import Verification
from .targets import as_target

__all__ = ["ClusterError", "Done", "Progress", "run", "verify"]

#: Parts for each thread of a worker, so that all end at about the same time; and the least number of parts.
_PARTS_PER_THREAD = 8
_LEAST_PARTS = 16
#: Networks that a worker keeps.
_KEPT = 2
#: How often a part is given to another worker after its worker died.
_RETRIES = 3


class ClusterError(SteepleError):
    """A cluster that cannot be used: closed, without workers, or with workers that have another Steeple.

    `worker` is the address of the worker, where there is one.
    """

    worker: str | None = None


class Progress(NamedTuple):
    """How far a distributed proof is."""

    #: Parts that are finished.
    done: int
    #: All parts. Parts that run long are cut further, so it may grow.
    parts: int
    #: Parts that were given to a worker more than once.
    retried: int


# What runs on a worker ------------------------------------------------------------------------------------------

_networks: OrderedDict[str, list[Any]] = OrderedDict()
_lock = threading.Lock()


@contextmanager
def _worker(digest: str, network: bytes | str) -> Iterator[Any]:
    """A worker that has the network, for one thread; it is kept for the next part."""
    with _lock:
        idle = _networks.setdefault(digest, [])
        _networks.move_to_end(digest)
        while len(_networks) > _KEPT:
            _networks.popitem(last=False)
        worker = idle.pop() if idle else None
    if worker is None:
        data = Path(network).read_bytes() if isinstance(network, str) else network
        worker = _native.Worker(Network.open(data, weights="exact"))
        if worker.digest != digest:
            raise SteepleError(f"the network of the parts is {digest}, found {worker.digest}")
    try:
        yield worker
    finally:
        with _lock:
            if digest in _networks:
                _networks[digest].append(worker)


def _work(network: bytes | str, digest: str, job: bytes, time_limit: float | None) -> bytes:
    """Does one part on a worker."""
    with _worker(digest, network) as worker:
        return worker.run(job, time_limit=time_limit, threads=1)


def _version() -> str:
    return _native.__version__


# What runs here -------------------------------------------------------------------------------------------------


def _field(part: bytes, name: bytes) -> str:
    """A line of the head of a part."""
    head = part.partition(b"steeple certificate")[0]
    for line in head.splitlines():
        word, _, value = line.partition(b" ")
        if word == name:
            return value.decode()
    return ""


def _threads(client: Any) -> int:
    """The threads of all workers.

    - Errors: `ClusterError`.
    """
    if client.status != "running":
        raise ClusterError(f"the client is {client.status}", "make a new `Client`, and keep it open while Steeple works")
    workers = client.scheduler_info(n_workers=-1)["workers"]
    if not workers:
        raise ClusterError("the cluster has no workers", "start some, or call `client.wait_for_workers(1)` first")
    try:
        versions = client.run(_version, on_error="return")
    except Exception as error:
        raise ClusterError(f"the workers do not answer: {error}") from error
    for worker, version in sorted(versions.items()):
        if isinstance(version, BaseException):
            message = f"the worker {worker} cannot load steeple: {version}"
            raise ClusterError(message, "install steeple on every machine", worker=worker)
        if version != _native.__version__:
            message = f"the worker {worker} has steeple {version}, here is {_native.__version__}"
            raise ClusterError(message, "all machines need the same version", worker=worker)
    return sum(worker["nthreads"] for worker in workers.values())


class _Run:
    """Parts on their way."""

    def __init__(self, client: Any, network: Any, digest: str, part_time_limit: float | None, cut: int) -> None:
        self.client = client
        self.network = network
        self.digest = digest
        self.part_time_limit = part_time_limit
        #: Into how many parts one is cut that ran long.
        self.cut = cut
        #: The latest state of each part, by name.
        self.latest: dict[str, bytes] = {}
        #: What went wrong with a part, by name.
        self.failed: dict[str, BaseException] = {}
        self.done = 0
        self.retried = 0
        self.running: dict[Any, tuple[str, bytes, float | None, int]] = {}
        self.collected: Any = None

    def submit(self, name: str, job: bytes, limit: float | None, tried: int = 0) -> Any:
        # The same part with the same limit is the same task: asked twice, it is done once.
        mark = hashlib.sha256(job + repr((limit, tried)).encode()).hexdigest()[:16]
        future = self.client.submit(
            _work, self.network, self.digest, job, limit, key=f"steeple-{name}-{mark}", pure=False, retries=_RETRIES
        )
        self.running[future] = (name, job, limit, tried)
        self.latest.setdefault(name, job)
        if self.collected is not None:
            self.collected.add(future)
        return future

    def progress(self) -> Progress:
        return Progress(self.done, self.done + len(self.running) + len(self.failed), self.retried)

    def all(self, jobs: Sequence[tuple[str, bytes]], deadline: float | None, tell: Callable[[Progress], object]) -> None:
        """Runs until all parts are done, or the deadline is there."""
        from distributed import as_completed

        for name, job in jobs:
            self.submit(name, job, self.part_time_limit)
        self.collected = as_completed(list(self.running), raise_errors=False)
        tell(self.progress())
        try:
            while self.running:
                left = None if deadline is None else max(deadline - time.monotonic(), 0.0)
                future = self.next(left)
                if future is None:
                    return
                self.take(future)
                tell(self.progress())
        finally:
            self.stop()

    def next(self, seconds: float | None) -> Any:
        """The next future that ended; None after so many seconds."""
        until = None if seconds is None else time.monotonic() + seconds
        while True:
            if not self.collected.is_empty():
                left = 0.5 if until is None else max(min(0.5, until - time.monotonic()), 0.0)
                self.collected.timeout = left
                try:
                    return next(self.collected)
                except TimeoutError:
                    pass
            if self.client.status != "running":
                raise ClusterError(f"the client is {self.client.status}", "keep it open while Steeple works")
            if until is not None and time.monotonic() >= until:
                return None

    def take(self, future: Any) -> None:
        name, job, limit, tried = self.running.pop(future)
        if future.status != "finished":
            self.fail(future, name, job, limit, tried)
            return
        result = future.result()
        future.release()
        self.latest[name] = result
        if _field(result, b"state") != "partial":
            self.done += 1
            return
        # It ran long. Its open cells become parts of their own.
        pieces = _native.split_further(result, self.cut) or []
        if len(pieces) > 1:
            del self.latest[name]
            for piece, inner in pieces:
                self.submit(piece, inner, limit)
        elif limit is None:
            self.done += 1
        else:
            self.submit(name, result, 2 * limit)

    def fail(self, future: Any, name: str, job: bytes, limit: float | None, tried: int) -> None:
        from distributed import KilledWorker

        error = future.exception() if future.status == "error" else None
        if error is not None and not isinstance(error, KilledWorker):
            if isinstance(error, SteepleError):
                raise error
            self.failed[name] = error
            return
        # The network, or the result, was lost with its worker.
        if error is not None or tried >= _RETRIES:
            self.failed[name] = error or ClusterError(f"{name} was lost {tried + 1} times")
            return
        self.retried += 1
        self.submit(name, job, limit, tried + 1)

    def stop(self) -> None:
        if self.running and self.client.status == "running":
            self.client.cancel(list(self.running), force=True)


@contextmanager
def _telling(progress: Any) -> Iterator[Callable[[Progress], object]]:
    """What is told of the progress: a bar, a function of the caller, or nothing."""
    if progress is None or progress is False:
        yield lambda _: None
    elif progress is True:
        try:
            from tqdm.auto import tqdm
        except ImportError:
            raise SteepleError("progress=True needs tqdm", 'pip install "steeple[progress]", or give a function') from None
        with tqdm(unit="part") as bar:

            def show(at: Progress) -> None:
                bar.total = at.parts
                bar.n = at.done
                bar.refresh()

            yield show
    elif callable(progress):
        yield progress
    else:
        raise SteepleError(f"progress: expected True or a function, found {progress!r}")


def _limit(value: Any, name: str) -> float | None:
    if value is None:
        return None
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        seconds = -1.0
    if not 0 < seconds < float("inf"):
        raise SteepleError(f"{name}: expected seconds above 0, found {value!r}")
    return seconds


def verify(
    model: Any,
    target: Any,
    domain: Any,
    tolerance: Any = None,
    *,
    client: Any,
    parts: int | None = None,
    part_time_limit: float | None = None,
    time_limit: float | None = None,
    shared: str | os.PathLike[str] | None = None,
    norm: str = "sup",
    semantics: str = "real",
    gap: Any = None,
    threshold: Any = None,
    summation: str | None = None,
    activation_error: str | None = None,
    rounded_inputs: bool = False,
    portable: bool = False,
    progress: Any = None,
) -> Verification:
    """Returns what is proved about the error of a model, with the work done by the workers of a cluster.

    The question and the result are those of `steeple.verify`. The certificate is merged from the parts and checked here, by
    the ordinary checker. Parts that no worker could finish leave open cells: then the verdict is `undecided`, or the
    enclosure is wider, and the certificate is one that `resume=` continues.

    - `client`: a `distributed.Client`.
    - `parts`: how many jobs; 8 for each thread of the workers, and at least 16, by default.
    - `part_time_limit`: seconds after which a part is cut into parts of its own.
    - `time_limit`: seconds for all parts. Then what is there is merged and checked.
    - `shared`: a directory that all machines see. The network is written there once, and workers read it; otherwise the
      cluster carries it to each worker.
    - `progress`: True for a bar of tqdm, or a function that gets a `Progress` when a part ends.
    - Exactness: exact, as `steeple.verify`.
    - Errors: `ClusterError`, and those of `steeple.verify`. Ctrl-C cancels the parts and raises `Interrupted`, whose
      `partial` is what was found.
    """
    part_seconds, seconds = _limit(part_time_limit, "part_time_limit"), _limit(time_limit, "time_limit")
    network, sides = api._question(model, domain)
    formulas = as_target(target, network.inputs)
    threads = _threads(client)
    count = api._count(parts, "parts", 1) or max(_PARTS_PER_THREAD * threads, _LEAST_PARTS)
    deadline = None if seconds is None else time.monotonic() + seconds
    if seconds is not None:
        # A part that is running at the end is lost, so no part is much of the time.
        part_seconds = min(part_seconds or seconds, max(seconds / 4, 1.0))
    jobs = _native.split(
        network,
        formulas,
        sides,
        parts=count,
        norm=norm,
        tolerance=api._optional(tolerance, "tolerance"),
        gap=api._optional(gap, "gap"),
        threshold=api._optional(threshold, "threshold"),
        semantics=semantics,
        summation=summation,
        activation_error=activation_error,
        rounded_inputs=rounded_inputs,
        portable=portable,
    )
    with _telling(progress) as tell:
        run = _Run(client, _carried(client, network, shared), network.digest, part_seconds, max(threads, 2))
        try:
            run.all(jobs, deadline, tell)
        except KeyboardInterrupt:
            raise Interrupted(_merged(run, jobs, network)) from None
    return _merged(run, jobs, network)


def _carried(client: Any, network: Network, shared: str | os.PathLike[str] | None) -> Any:
    """The network as workers get it: a path, or bytes that the cluster carries once to each of them."""
    data = network.to_canonical()
    if shared is None:
        return client.scatter(data, broadcast=True, hash=False)
    path = Path(shared).resolve() / f"{network.digest.replace(':', '-')}.network"
    if not path.exists():
        _write(path, data)
    return str(path)


def _merged(run: _Run, jobs: Sequence[tuple[str, bytes]], network: Network) -> Verification:
    """The parts as one result, which the checker has accepted."""
    return Verification(_native.merge(list(run.latest.items()), network))


def _write(path: Path, data: bytes) -> None:
    """Writes a file under its name only when it is complete."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_bytes(data)
    os.replace(beside, path)


class Done(NamedTuple):
    """What `run` did."""

    #: Parts that are finished, those of earlier runs included.
    done: list[str]
    #: Parts that are not, with the reason.
    unfinished: dict[str, str]


def run(
    folder: str | os.PathLike[str],
    client: Any,
    *,
    part_time_limit: float | None = None,
    shared: bool = False,
    progress: Any = None,
) -> Done:
    """Does the jobs that `steeple split` wrote into a folder, and writes a result beside each.

    A job with a finished result is not done again; one with a partial result is continued. Then `steeple merge FOLDER
    --out CERTIFICATE` makes one certificate.

    - `shared`: all machines see the folder under its name here, so workers read the network from it.
    - `part_time_limit`: seconds after which a part ends with a partial result.
    - Errors: `ClusterError`; `SteepleError` for a folder without parts, or a part of another network.
    """
    folder = Path(folder).resolve()
    source = folder / "network.json"
    if not source.is_file():
        raise SteepleError(f"{folder.name} has no network.json", "give the folder that `steeple split` wrote")
    files = sorted(folder.glob("part-*.job"))
    if not files:
        raise SteepleError(f"{folder.name} has no parts", "give the folder that `steeple split` wrote")
    seconds = _limit(part_time_limit, "part_time_limit")
    _threads(client)
    data = source.read_bytes()
    network = Network.open(data, name=source.name, weights="exact")
    carried = str(source) if shared else client.scatter(data, broadcast=True, hash=False)
    done: list[str] = []
    waiting: list[tuple[str, bytes]] = []
    for file in files:
        result = file.with_suffix(".result")
        job = result.read_bytes() if result.exists() else file.read_bytes()
        if result.exists() and _field(job, b"state") == "done":
            done.append(file.stem)
        else:
            waiting.append((file.stem, job))
    with _telling(progress) as tell:
        parts = _Run(client, carried, network.digest, seconds, 1)
        parts.done = len(done)
        parts.keep = lambda name, result: _write(folder / f"{name}.result", result)
        parts.all(waiting, None, tell)
    unfinished = {name: str(error) for name, error in parts.failed.items()}
    for name, part in parts.latest.items():
        if name not in unfinished and _field(part, b"state") == "done":
            done.append(name)
        elif name not in unfinished:
            unfinished[name] = "stopped by a time limit; run it again to continue"
    return Done(sorted(done), unfinished)

"""One proof on the workers of a dask cluster.

    split ──▶ jobs ──▶ workers (each keeps the network) ──▶ results ──▶ merge ──▶ check, here

Nothing that a worker says is believed: the merged certificate is checked here by the ordinary checker. A worker that
dies costs the time of its part alone. Needs `distributed` (`pip install "steeple[dask]"`).
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from . import _native, api
from ._native import Network
from .errors import CheckRejected, ClusterError, Interrupted, PartError, SteepleError
from .results import Verification
from .targets import as_target

__all__ = ["ClusterError", "Done", "Progress", "run", "verify"]

#: Parts for each thread of a worker, so that all end at about the same time; and the least number of parts.
_PARTS_PER_THREAD = 8
_LEAST_PARTS = 16
#: Networks that a worker keeps.
_KEPT = 2
#: How often a part is given to the cluster again after it was lost.
_RETRIES = 3
#: Seconds.
_PATIENCE = 0.5


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


def _work(network: bytes | str, digest: str, job: bytes, time_limit: float | None, marks_open: bool) -> bytes:
    """Does one part on a worker."""
    with _worker(digest, network) as worker:
        return worker.run(job, time_limit=time_limit, marks_open=marks_open, threads=1)


def _version() -> str:
    return _native.__version__


# What runs here -------------------------------------------------------------------------------------------------


def _state(part: bytes) -> str:
    """`waiting`, `partial` or `done`."""
    return _native.part_state(part)[0]


def _threads(client: Any) -> int:
    """The threads of all workers.

    - Errors: `ClusterError`.
    """
    if client.status != "running":
        raise ClusterError(
            f"the client is {client.status}", hint="make a new `Client`, and keep it open while Steeple works"
        )
    workers = client.scheduler_info(n_workers=-1)["workers"]
    if not workers:
        raise ClusterError("the cluster has no workers", hint="start some, or call `client.wait_for_workers(1)` first")
    try:
        versions = client.run(_version, on_error="return")
    except Exception as error:
        raise ClusterError(f"the workers do not answer: {error}") from error
    for worker, version in sorted(versions.items()):
        if isinstance(version, BaseException):
            message = f"the worker {worker} cannot load steeple: {version}"
            raise ClusterError(message, hint="install steeple on every machine", worker=worker)
        if version != _native.__version__:
            message = f"the worker {worker} has steeple {version}, here is {_native.__version__}"
            raise ClusterError(message, hint="all machines need the same version", worker=worker)
    return sum(worker["nthreads"] for worker in workers.values())


class _Job(NamedTuple):
    """A part that was given to a worker."""

    name: str
    part: bytes
    limit: float | None
    #: How often it was lost.
    lost: int = 0
    #: The network that went with it.
    network: Any = None


class _Run:
    """Parts on their way."""

    def __init__(
        self,
        client: Any,
        network: Network,
        carry: Callable[[], Any],
        *,
        cut: int = 0,
        keep: Callable[[str, bytes], object] = lambda name, result: None,
    ) -> None:
        self.client = client
        self.digest = network.digest
        self.carry = carry
        self.carried = carry()
        #: Into how many parts one is cut that ran long; 0 for none.
        self.cut = cut
        self.keep = keep
        #: The latest state of each part, by name.
        self.latest: dict[str, bytes] = {}
        #: Why a part is not finished, by name.
        self.failed: dict[str, str] = {}
        self.running: dict[Any, _Job] = {}
        self.done = 0
        self.retried = 0

    def progress(self) -> Progress:
        return Progress(self.done, self.done + len(self.running) + len(self.failed), self.retried)

    def submit(self, job: _Job) -> Any:
        # The same part with the same limit is the same task: asked twice, it is done once.
        mark = hashlib.sha256(job.part + repr((job.limit, job.lost, self.cut > 0)).encode()).hexdigest()[:16]
        future = self.client.submit(
            _work,
            self.carried,
            self.digest,
            job.part,
            job.limit,
            self.cut > 0,
            key=f"steeple-{job.name}-{mark}",
            pure=False,
        )
        self.running[future] = job._replace(network=self.carried)
        self.latest.setdefault(job.name, job.part)
        return future

    def all(self, jobs: Sequence[_Job], deadline: float | None, tell: Callable[[Progress], object]) -> None:
        """Runs until all parts are done, or the deadline is there. What is running then is cancelled."""
        from distributed import as_completed

        try:
            ended = as_completed([self.submit(job) for job in jobs], raise_errors=False)
            tell(self.progress())
            while self.running:
                future = self.next(ended, deadline)
                if future is None:
                    return
                for job in self.take(future, self.running.pop(future)):
                    ended.add(self.submit(job))
                tell(self.progress())
        finally:
            if self.running and self.client.status == "running":
                self.client.cancel(list(self.running), force=True)

    def next(self, ended: Any, deadline: float | None) -> Any:
        """The next future that ended; None at the deadline."""
        while True:
            # Short waits: Ctrl-C is heard, and a client that somebody closes.
            left = _PATIENCE if deadline is None else min(_PATIENCE, deadline - time.monotonic())
            if left <= 0:
                return None
            ended.timeout = left
            try:
                return next(ended)
            except TimeoutError:
                pass
            if self.client.status != "running":
                raise ClusterError(f"the client is {self.client.status}", hint="keep it open while Steeple works")

    def take(self, future: Any, job: _Job) -> list[_Job]:
        """Notes what a worker found. Returns what is to be done now."""
        if future.status != "finished":
            return self.fail(future, job)
        try:
            result = future.result()
        except CancelledError:
            # It was finished, and then lost before it came here.
            return self.fail(future, job)
        future.release()
        self.latest[job.name] = result
        self.keep(job.name, result)
        if _state(result) == "done" or job.limit is None:
            self.done += 1
            return []
        if not self.cut:
            self.failed[job.name] = f"stopped after {job.limit:g} s"
            return []
        # It ran long. Its open cells become parts of their own; one alone gets more time.
        pieces = _native.split_further(result, self.cut) or []
        if len(pieces) < 2:
            return [job._replace(part=result, limit=2 * job.limit)]
        return [_Job(name, part, job.limit) for name, part in pieces]

    def fail(self, future: Any, job: _Job) -> list[_Job]:
        from distributed import KilledWorker

        error = future.exception() if future.status == "error" else None
        if isinstance(error, SteepleError):
            raise error
        if error is not None and not isinstance(error, KilledWorker):
            self.failed[job.name] = f"{type(error).__name__}: {error}"
        elif error is not None or job.lost == _RETRIES:
            self.failed[job.name] = str(error or f"lost {job.lost + 1} times with its worker")
        else:
            # The network was lost with the workers that had it; all parts that were lost share the next one.
            self.retried += 1
            if job.network is self.carried:
                self.carried = self.carry()
            return [job._replace(lost=job.lost + 1)]
        return []


@contextmanager
def _telling(progress: Any) -> Iterator[Callable[[Progress], object]]:
    """What is told of the progress: a bar, a function of the caller, or nothing."""
    if progress is None or progress is False:
        yield lambda _: None
    elif progress is True:
        try:
            from tqdm.auto import tqdm
        except ImportError:
            raise SteepleError(
                "progress=True needs tqdm", hint='pip install "steeple[progress]", or give a function'
            ) from None
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

    The question and the result are those of `steeple.verify`. The certificate is merged from the parts and checked
    here, by the ordinary checker. Parts that no worker could finish leave open cells: then the verdict is
    `undecided`, and the certificate is one that `resume=` continues.

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
        # What is running at the end is lost, so no part runs for a long time.
        part_seconds = min(part_seconds or seconds, max(seconds / 8, 0.5))
    settings: dict[str, Any] = {
        "norm": norm,
        "tolerance": api._optional(tolerance, "tolerance"),
        "gap": api._optional(gap, "gap"),
        "threshold": api._optional(threshold, "threshold"),
        "semantics": semantics,
        "summation": summation,
        "activation_error": activation_error,
        "rounded_inputs": rounded_inputs,
        "portable": portable,
    }
    question = (network, formulas, sides)
    jobs = [_Job(name, part, part_seconds) for name, part in _native.split(*question, parts=count, **settings)]

    def carry() -> Any:
        return _carried(client, network, shared)

    with _telling(progress) as tell:
        run = _Run(client, network, carry, cut=max(threads, 2))
        try:
            run.all(jobs, deadline, tell)
        except KeyboardInterrupt:
            raise Interrupted(_merged(run, jobs, question, settings)) from None
    return _merged(run, jobs, question, settings)


def _carried(client: Any, network: Network, shared: str | os.PathLike[str] | None) -> Any:
    """The network as workers get it: a path, or bytes that the cluster carries once to each of them."""
    if shared is None:
        return client.scatter(network.to_canonical(), broadcast=True, hash=False)
    path = Path(shared).resolve() / f"{network.digest.replace(':', '-')}.network"
    if not path.exists():
        _write(path, network.to_canonical())
    return str(path)


def _merged(run: _Run, jobs: Sequence[_Job], question: tuple[Network, list[str], str], settings: dict[str, Any]) -> Any:
    """The parts as one result that the checker accepted. Parts that claim more than they show are left out."""
    network, formulas, sides = question
    notes = [f"{name}: {reason}" for name, reason in sorted(run.failed.items())]
    parts = dict(run.latest)

    def accepted() -> Verification:
        # The jobs say what the whole is, also where no result is left.
        named = [(job.name, job.part) for job in jobs] + list(parts.items())
        certificate, _, damaged = _native.merge(named)
        told = notes + [f"{name}: {reason}; it is left out" for name, reason in damaged]
        return Verification(_native.accept(certificate, network, formulas, sides, notes=told, **settings))

    try:
        return accepted()
    except CheckRejected:
        worker = _native.Worker(network)
        false = [name for name, part in parts.items() if not _holds(worker, part)]
        if not false:
            raise
        for name in false:
            notes.append(f"{name}: it claims more than it shows; it is left out")
            del parts[name]
        return accepted()


def _holds(worker: Any, part: bytes) -> bool:
    try:
        return worker.check(part)[2]
    except SteepleError:
        return False


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
    files = sorted(folder.glob("part-*.job"))
    if not source.is_file() or not files:
        missing = "parts" if source.is_file() else "network.json"
        raise PartError(f"{folder.name} has no {missing}", hint="give the folder that `steeple split` wrote")
    seconds = _limit(part_time_limit, "part_time_limit")
    _threads(client)
    network = Network.open(source.read_bytes(), name=source.name, weights="exact")
    done: list[str] = []
    waiting: list[_Job] = []
    for file in files:
        result = file.with_suffix(".result")
        part = result.read_bytes() if result.exists() else file.read_bytes()
        try:
            state = _state(part)
        except PartError as error:
            if not result.exists():
                raise PartError(f"{file.name}: {error.message}", hint=error.hint) from None
            # A damaged result is done again.
            part, state = file.read_bytes(), "waiting"
        if state == "done":
            done.append(file.stem)
        else:
            waiting.append(_Job(file.stem, part, seconds))

    def carry() -> Any:
        return str(source) if shared else client.scatter(source.read_bytes(), broadcast=True, hash=False)

    with _telling(progress) as tell:
        parts = _Run(client, network, carry, keep=lambda name, result: _write(folder / f"{name}.result", result))
        parts.done = len(done)
        parts.all(waiting, None, tell)
    done.extend(job.name for job in waiting if job.name not in parts.failed)
    return Done(sorted(done), parts.failed)

"""Proofs on a cluster of two worker processes, on this machine and without any other network."""

import hashlib
import os
import re
import signal
import sys
import time
from fractions import Fraction
from types import SimpleNamespace

import pytest
import steeple
from steeple import _native, parts

pytest.importorskip("distributed")
from conftest import REPOSITORY, run  # noqa: E402
from distributed import Client, LocalCluster  # noqa: E402
from steeple import distributed  # noqa: E402

TARGET = "sin(3*x)*cos(2*y)"
BOX = {"x": (-1, 1), "y": (-1, 1)}


@pytest.fixture(scope="module")
def network():
    """Corner steps on 8 x 8 cells; their error is about 0.46."""
    spec = dict(target=TARGET, domain=BOX, builder="quadrants", cells=8, gap="1/2")
    return steeple.build(**spec).network


@pytest.fixture(scope="module")
def cluster():
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address="127.0.0.1:0"
    ) as cluster:
        yield cluster


@pytest.fixture
def client(cluster):
    with Client(cluster) as client:
        client.wait_for_workers(2, timeout=60)
        yield client


def results(network, **question):
    """All parts of a question, done here."""
    worker = parts.Worker(network)
    return [(name, worker.run(job)) for name, job in parts.split(network, TARGET, BOX, **question)]


def edited(part, change):
    """A part with changed text and the digest that belongs to it."""
    first, digest, rest = part.split(b"\n", 2)
    changed = change(rest)
    assert changed != rest
    return b"\n".join([first, b"sha256 " + hashlib.sha256(changed).hexdigest().encode(), changed])


def boasting(part):
    """A part with half of its upper bounds."""

    def half(found):
        return f"bounds {found[1].decode()} {Fraction(found[2].decode()) / 2}".encode()

    return edited(part, lambda text: re.sub(rb"(?m)^bounds (\S+) (\S+)$", half, text))


def test_the_result_is_that_of_one_machine(client, network):
    told = []
    alone = steeple.verify(network, TARGET, BOX, gap="1/20")
    together = distributed.verify(network, TARGET, BOX, gap="1/20", client=client, progress=told.append)
    assert together.verdict == alone.verdict == "enclosed"
    assert together.lower <= alone.upper and alone.lower <= together.upper
    assert steeple.check(together.certificate, network).upper == together.upper
    # 16 parts at least, and all were told of.
    assert told[0].done == 0 and told[-1].done == told[-1].parts >= 16
    again = distributed.verify(network, TARGET, BOX, gap="1/20", client=client)
    assert again.certificate == together.certificate


def test_a_tolerance_is_proved_or_refuted(client, network):
    proved = distributed.verify(network, TARGET, BOX, "0.5", client=client, parts=5)
    assert proved and proved.upper <= Fraction(1, 2)
    refuted = distributed.verify(network, TARGET, BOX, "0.2", client=client, parts=5)
    assert refuted.verdict == "refuted" and refuted.lower > Fraction(1, 5)


def test_a_network_in_a_shared_directory(client, network, tmp_path):
    found = distributed.verify(network, TARGET, BOX, "0.5", client=client, shared=tmp_path)
    assert found.verdict == "proved"
    assert [file.suffix for file in tmp_path.iterdir()] == [".network"]


def test_a_part_that_runs_long_is_cut(client, network):
    told = []
    found = distributed.verify(
        network, TARGET, BOX, gap="1/1000", client=client, parts=2, part_time_limit=0.05, progress=told.append
    )
    assert found.verdict == "enclosed"
    assert told[-1].parts > 2


@pytest.mark.parametrize("workers", [1, 2])
def test_a_worker_that_dies_half_way(network, workers):
    """Also where it is the only one, and takes the network with it. It has a cluster of its own."""
    with (
        LocalCluster(
            n_workers=workers, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address="127.0.0.1:0"
        ) as cluster,
        Client(cluster) as client,
    ):
        killed = []

        def kill_one(progress):
            if progress.done >= 4 and not killed:
                pid = next(iter(client.run(os.getpid).values()))
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)

        found = distributed.verify(network, TARGET, BOX, gap="1/100", client=client, parts=24, progress=kill_one)
        assert killed
        assert found.verdict == "enclosed" and not found.notes
        assert steeple.check(found.certificate, network).upper == found.upper


def test_ctrl_c_keeps_what_is_there(client, network):
    def stop(progress):
        if progress.done >= 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        distributed.verify(network, TARGET, BOX, gap="1/100", client=client, parts=16, progress=stop)
    partial = caught.value.partial
    assert partial.verdict == "undecided"
    assert 0 < partial.lower
    finished = steeple.verify(network, TARGET, BOX, gap="1/100", resume=partial.certificate)
    assert finished.verdict == "enclosed"


def test_a_time_limit(client, network):
    begun = time.monotonic()
    found = distributed.verify(network, TARGET, BOX, gap="1e-12", client=client, parts=8, time_limit=2)
    assert found.verdict == "undecided"
    assert time.monotonic() - begun < 60
    steeple.check(found.certificate, network)


def test_clusters_that_cannot_be_used(cluster, network, monkeypatch):
    client = Client(cluster)
    client.close()
    with pytest.raises(steeple.ClusterError, match="the client is closed"):
        distributed.verify(network, TARGET, BOX, client=client)
    with Client(cluster) as client:
        monkeypatch.setattr(_native, "__version__", "0.0.9")
        with pytest.raises(steeple.ClusterError, match=r"has steeple \S+, here is 0\.0\.9") as caught:
            distributed.verify(network, TARGET, BOX, client=client)
        assert caught.value.worker.startswith("tcp://127.0.0.1")
    with (
        LocalCluster(n_workers=0, host="127.0.0.1", dashboard_address="127.0.0.1:0") as empty,
        Client(empty) as client,
        pytest.raises(steeple.ClusterError, match="no workers"),
    ):
        distributed.verify(network, TARGET, BOX, client=client)


@pytest.mark.parametrize("wrong", [0, -1, "soon", float("nan")])
def test_limits_that_are_none(network, wrong):
    with pytest.raises(steeple.SteepleError, match="part_time_limit: expected seconds above 0"):
        distributed.verify(network, TARGET, BOX, client=None, part_time_limit=wrong)


def merged(network, named, failed=None):
    """What `verify` makes of these results."""
    found = SimpleNamespace(latest=dict(named), failed=failed or {})
    jobs = [
        SimpleNamespace(name=name, part=job) for name, job in parts.split(network, TARGET, BOX, parts=6, gap="1/10")
    ]
    question = (network, [TARGET], "x=-1..1,y=-1..1")
    return distributed._merged(found, jobs, question, {"gap": "1/10"})


def test_a_part_that_claims_more_than_it_shows(network):
    named = results(network, parts=6, gap="1/10")
    assert merged(network, named).verdict == "enclosed"
    # Which part holds the largest error is not known here, so each of them boasts.
    wrong = [(name, boasting(part)) for name, part in named]
    certificate = parts.merge(wrong).certificate
    with pytest.raises(steeple.CheckRejected) as caught:
        steeple.check(certificate, network)
    assert caught.value.kind == "upper-not-reached"
    found = merged(network, wrong)
    assert found.verdict == "undecided"
    assert "claims more than it shows" in " ".join(found.notes)


def test_a_part_that_is_missing_or_damaged(network):
    named = results(network, parts=6, gap="1/10")
    missing = merged(network, named[1:], {named[0][0]: "its worker died 4 times"})
    assert missing.verdict == "undecided"
    assert "its worker died 4 times" in " ".join(missing.notes)
    name, part = named[2]
    damaged = merged(network, [*named[:2], (name, part[:-9]), *named[3:]])
    assert damaged.verdict == "undecided"
    assert f"{name}: this part is damaged" in " ".join(damaged.notes)
    # It is a certificate that goes on.
    again = steeple.verify(network, TARGET, BOX, gap="1/10", resume=damaged.certificate)
    assert again.verdict == "enclosed"


def test_parts_of_others(network):
    other = steeple.build(target="x*y", domain=BOX, builder="quadrants", cells=4, gap="1/2").network
    (name, job), *_ = parts.split(other, "x*y", BOX, parts=2, gap="1/10")
    with pytest.raises(steeple.PartError, match="another network|about the network"):
        parts.Worker(network).run(job)
    old = edited(job, lambda text: text.replace(b"version ", b"version 0.0.", 1))
    with pytest.raises(steeple.PartError, match="was written by version 0.0."):
        parts.Worker(other).run(old)
    two = [*results(network, parts=3, gap="1/10"), *results(network, parts=4, gap="1/10")]
    with pytest.raises(steeple.PartError, match="different splits"):
        parts.merge(two)


def test_the_example_of_the_document(tmp_path):
    page = (REPOSITORY / "docs" / "machines.md").read_text()
    (tmp_path / "example.py").write_text(page.partition("```python\n")[2].partition("```")[0])
    ran = run(sys.executable, "example.py", cwd=tmp_path)
    assert b"\nproved: sup |N(x,y) - sin(3*x)*cos(2*y)| <= 1/4 " in ran.stdout, ran.stderr


def program(*arguments):
    return _native.main(["steeple", *map(str, arguments)])


def test_a_folder_of_jobs(client, network, tmp_path, capfd):
    source, folder, out = tmp_path / "net.json", tmp_path / "parts", tmp_path / "proof.steeple"
    source.write_bytes(network.to_json())
    question = ["--target", TARGET, "--domain", "x=-1..1,y=-1..1", "--gap", "1/10"]
    assert program("split", source, *question, "--parts", 6, "--out", folder) == 0
    first = distributed.run(folder, client)
    assert len(first.done) == 6 and not first.unfinished
    assert program("merge", folder, "--out", out) == 0
    assert program("check", out, "--network", folder / "network.json") == 0
    # One result is lost, one is damaged: these two are done again, and the bytes are the same.
    whole, times = out.read_bytes(), {}
    files = sorted(folder.glob("*.result"))
    files[0].unlink()
    files[1].write_bytes(files[1].read_bytes()[:-9])
    for file in files[2:]:
        times[file] = file.stat().st_mtime_ns
    assert len(distributed.run(folder, client, shared=True).done) == 6
    assert all(file.stat().st_mtime_ns == then for file, then in times.items())
    assert program("merge", folder, "--out", out) == 0
    assert out.read_bytes() == whole
    # A job of another network.
    other = steeple.build(target="x*y", domain=BOX, builder="quadrants", cells=4, gap="1/2").network
    (name, job), *_ = parts.split(other, "x*y", BOX, parts=2, gap="1/10")
    (folder / f"{name}.job").write_bytes(job)
    with pytest.raises(steeple.PartError, match="about the network"):
        distributed.run(folder, client)
    with pytest.raises(steeple.PartError, match="network.json"):
        distributed.run(tmp_path, client)

"""Measures a proof in parts against one process: two workers of dask with one thread each, and `threads=2`.

    python3 parts.py --cells 1024 --repeat 3

Needs the Python package of Steeple with its extra `dask`. Prints medians of wall times: of one process; of two
workers; of the same with one of them killed half way; and the CPU time of a merge of 64 parts, next to that of the
proof. Starting the cluster is not part of the times; cutting, sending the network, merging and checking is.
"""

import argparse
import os
import signal
import statistics
import time

import steeple
import steeple.distributed
from distributed import Client, LocalCluster
from steeple import parts

TARGET = "sin(3*x)*cos(2*y)"
BOX = {"x": (-1, 1), "y": (-1, 1)}


def timed(work):
    begun = time.perf_counter()
    result = work()
    return time.perf_counter() - begun, result


def on_two_workers(network, gap, count, kills):
    """Wall time and result on a new cluster; `kills` ends one worker when half of the parts are done."""
    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address="127.0.0.1:0"
        ) as cluster,
        Client(cluster) as client,
    ):
        client.wait_for_workers(2)
        left = list(client.run(os.getpid).values()) if kills else []

        def watch(progress):
            if left and 2 * progress.done >= progress.parts:
                os.kill(left.pop(), signal.SIGKILL)
                left.clear()

        return timed(
            lambda: steeple.distributed.verify(
                network, TARGET, BOX, gap=gap, client=client, parts=count, progress=watch
            )
        )


def merge_of(network, gap, count):
    """CPU times of all parts and of their merge, in this process."""
    worker = parts.Worker(network)
    begun = time.process_time()
    jobs = parts.split(network, TARGET, BOX, parts=count, gap=gap)
    results = [(name, worker.run(job, threads=1)) for name, job in jobs]
    proved = time.process_time()
    merged = parts.merge(results)
    ended = time.process_time()
    steeple.check(merged.certificate, network)
    return proved - begun, ended - proved


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--cells", type=int, default=1024)
    parser.add_argument("--parts", type=int, default=16)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--gap", default="1/20")
    given = parser.parse_args()
    spec = {"target": TARGET, "domain": BOX, "builder": "quadrants", "cells": given.cells, "gap": given.gap}
    network = steeple.build(**spec, max_boxes=1).network
    alone, together, killed = [], [], []
    for _ in range(given.repeat):
        seconds, result = timed(lambda: steeple.verify(network, TARGET, BOX, gap=given.gap, threads=2))
        assert result.verdict == "enclosed", result
        alone.append(seconds)
        for times, kills in ((together, False), (killed, True)):
            seconds, result = on_two_workers(network, given.gap, given.parts, kills)
            assert result.verdict == "enclosed", result
            times.append(seconds)
    proof, merge = merge_of(network, given.gap, 64)
    one = statistics.median(alone)
    print(f"| K = {given.cells}, {network.units} units, {given.parts} parts, medians of {given.repeat} | | |")
    print("|---|---|---|")
    print(f"| one process, `threads=2` | {one:.1f} s | 1 |")
    for name, times in (("two workers", together), ("two workers, one killed half way", killed)):
        print(f"| {name} | {statistics.median(times):.1f} s | {statistics.median(times) / one:.2f} |")
    print(f"| merge of 64 parts, CPU | {merge:.2f} s | {merge / proof:.1%} of the proof's {proof:.1f} s |")


if __name__ == "__main__":
    main()

"""Long work: other threads, progress, and Ctrl-C."""

import signal
import subprocess
import sys
import textwrap
import threading
import time
from fractions import Fraction

import pytest
import steeple

# A smooth network in two inputs, and a question that never ends by itself.
SMOOTH = [
    ([[3, 1], [-2, 2], [1, -3], [2, 2]], [0, 1, -1, 0], "tanh"),
    ([[1, -1, Fraction(1, 2), 1]], None, None),
]
BOX = {"x": (-1, 1), "y": (-1, 1)}
QUESTION = dict(gap=Fraction(1, 10**12), time_limit=0.5)


def test_other_threads_run_meanwhile():
    ticks, longest, stop = [0], [0.0], threading.Event()

    def tick():
        last = time.perf_counter()
        while not stop.is_set():
            time.sleep(0.001)
            now = time.perf_counter()
            longest[0] = max(longest[0], now - last)
            ticks[0] += 1
            last = now

    ticker = threading.Thread(target=tick)
    ticker.start()
    begun = time.perf_counter()
    steeple.verify(SMOOTH, "sin(3*x)*cos(2*y)", BOX, **QUESTION)
    seconds = time.perf_counter() - begun
    stop.set()
    ticker.join()
    assert seconds > 0.2, "too little work to tell"
    # Without a release of the lock there would be one tick, or two.
    assert ticks[0] > 10 * seconds
    assert longest[0] < seconds / 2


def test_progress_is_told():
    told = []
    steeple.verify(SMOOTH, "sin(3*x)*cos(2*y)", BOX, progress=told.append, **QUESTION)
    assert told
    boxes = [progress.boxes for progress in told]
    assert boxes == sorted(boxes) and boxes[-1] > 0
    assert told[-1].lower is None or told[-1].upper is None or told[-1].lower <= told[-1].upper


class Enough(Exception):
    pass


def test_an_exception_in_the_callback_stops_the_search():
    def stop(progress):
        raise Enough("seen enough")

    begun = time.perf_counter()
    with pytest.raises(Enough, match="seen enough"):
        steeple.verify(SMOOTH, "sin(3*x)*cos(2*y)", BOX, gap=Fraction(1, 10**9), progress=stop)
    assert time.perf_counter() - begun < 30


def test_a_bar(capsys):
    pytest.importorskip("tqdm")
    steeple.verify(SMOOTH, "sin(3*x)*cos(2*y)", BOX, progress=True, **QUESTION)
    assert "boxes" in capsys.readouterr().err


INTERRUPTED = textwrap.dedent(
    """
    import sys, time
    from fractions import Fraction
    import steeple

    layers = [([[3, 1], [-2, 2], [1, -3], [2, 2]], [0, 1, -1, 0], "tanh"), ([[1, -1, Fraction(1, 2), 1]], None, None)]
    box = {"x": (-1, 1), "y": (-1, 1)}
    print("begun", flush=True)
    try:
        steeple.verify(layers, "sin(3*x)*cos(2*y)", box, gap=Fraction(1, 10**12))
    except KeyboardInterrupt as interrupt:
        caught = time.time()
        partial = interrupt.partial
        assert partial.certificate.startswith(b"steeple certificate")
        assert not partial
        checked = steeple.check(partial.certificate, layers)
        assert checked.lower <= checked.upper
        again = steeple.verify(layers, "sin(3*x)*cos(2*y)", box, gap=Fraction(1, 2), resume=partial.certificate)
        assert again.verdict == "enclosed"
        print(caught, "kept")
    """
)


def test_an_interrupt_keeps_a_partial_certificate():
    process = subprocess.Popen([sys.executable, "-c", INTERRUPTED], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "begun\n"
        time.sleep(0.5)
        sent = time.time()
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=60)
    finally:
        process.kill()
    caught, kept = rest.split()
    assert kept == "kept" and process.returncode == 0
    assert float(caught) - sent < 5, "Ctrl-C took too long"

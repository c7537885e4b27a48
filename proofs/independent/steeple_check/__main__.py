"""python -m steeple_check DIR [DIR...] | CERTIFICATE [--network FILE] | --batch FILE"""

import argparse
import os
import sys
import time

from .check import check, describe


def main(arguments=None):
    parser = argparse.ArgumentParser(
        prog="python -m steeple_check",
        description="Checks Steeple certificates by an arithmetic of its own. Exit code 0: all accepted; 1: not.",
    )
    parser.add_argument("places", nargs="*", metavar="DIR", help="directory with network.json and certificate.steeple, "
                        "or a certificate with --network; a lower bound of size has no network")
    parser.add_argument("--network", metavar="FILE", help="the network of the one certificate that is given")
    parser.add_argument("--sample", type=int, metavar="N", help="look at every N-th leaf only; this is no proof")
    parser.add_argument("--max-cells", type=int, metavar="N", help="give up after this many cells")
    parser.add_argument("--batch", metavar="FILE", help="lines CERTIFICATE<tab>NETWORK (empty where there is none); one line of answer for each")
    parser.add_argument("--brief", action="store_true", help="one line for each certificate")
    options = parser.parse_args(arguments)
    if options.batch is not None:
        return batch(options.batch, options.max_cells)
    if not options.places or (options.network is not None and len(options.places) != 1):
        parser.error("expected directories, or one certificate with --network")
    if options.sample is not None and options.sample < 1:
        parser.error("--sample needs a number from 1 on")
    good = True
    for place in options.places:
        if options.network is None and os.path.isfile(place):
            files = place, None
        elif options.network is None:
            files = os.path.join(place, "certificate.steeple"), os.path.join(place, "network.json")
        else:
            files = place, options.network
        good = report(place, files, options) and good
    return 0 if good else 1


def read(path):
    """Returns the bytes of a file. A lower bound of size stands in a directory without a network."""
    if path is None or (os.path.basename(path) == "network.json" and not os.path.exists(path)):
        return None
    with open(path, "rb") as file:
        return file.read()


def report(place, files, options):
    """Checks one certificate and prints what was found. Says whether it is good."""
    begun = time.process_time()
    try:
        certificate, network = read(files[0]), read(files[1])
    except OSError as error:
        print(f"rejected: {error}")
        return False
    outcome = check(certificate, network, options.max_cells, options.sample or 1)
    seconds = time.process_time() - begun
    work = outcome.work
    leaves = " ".join(f"{count} {letter}" for letter, count in sorted(work.leaves.items())) or "none"
    counted = f"leaves {leaves}; {work.cut} cut further, {work.cells} cells; {seconds:.1f} s"
    good = outcome.word in ("accepted", "sample")
    if options.brief:
        reason = "" if outcome.reason is None else f" ({outcome.reason})"
        print(f"{outcome.word:9} {place}: {counted}{reason}", flush=True)
        return good
    if outcome.certificate is not None:
        print("\n".join(describe(outcome.certificate, outcome.network)))
        print(f"work       {counted}")
    if outcome.word == "sample":
        print(f"sample: every {options.sample}-th leaf was looked at and found good; this proves nothing")
    elif good:
        print("accepted")
    else:
        print(f"{outcome.word}: {outcome.reason}")
    sys.stdout.flush()
    return good


def batch(path, max_cells):
    """Answers one line `word<tab>reason` for each line `CERTIFICATE<tab>NETWORK`."""
    good = True
    with open(path, encoding="utf-8") as file:
        lines = file.read().splitlines()
    for line in lines:
        try:
            certificate, network = line.split("\t")
            outcome = check(read(certificate), read(network or None), max_cells)
            word, reason = outcome.word, outcome.reason or ""
        except (OSError, ValueError) as error:
            word, reason = "rejected", str(error)
        good = good and word == "accepted"
        print(word + "\t" + " ".join(reason.split()), flush=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())

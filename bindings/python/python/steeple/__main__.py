"""`python -m steeple`: the program."""

import signal
import sys


def main() -> int:
    """Runs the program with the arguments of this process, and returns its exit code."""
    from steeple import _native

    if sys.stdout is None:
        print("error: standard output is closed, so the result would be lost", file=sys.stderr)
        print("  hint: > /dev/null throws it away", file=sys.stderr)
        return 2
    # The program has its own answer to Ctrl-C, and to readers that leave.
    for name in ("SIGINT", "SIGPIPE"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL if name == "SIGINT" else signal.SIG_IGN)
    return _native.main(["steeple", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())

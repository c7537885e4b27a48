"""Steeple proves how far a neural network is from a formula, and builds networks by formula.

>>> import numpy as np, steeple
>>> square = [(np.array([[1.0], [1.0]]), np.array([0.0, -0.5]), "relu"), (np.array([[0.5, 1.0]]), None, None)]
>>> r = steeple.verify(square, "x^2", {"x": (0, 1)}, tolerance="1/16")
>>> r.verdict, r.upper
('proved', Fraction(1, 16))

Nothing is called proved unless the checker has accepted a certificate for exactly that claim. A verdict says which
weights and which arithmetic it is about: the floats of a model are taken as the exact numbers that they are, and
claims are about real arithmetic unless `semantics` says otherwise.

`verify`, `build`, `check`, `compare`, `train`, `regions`, `explain`, `bound`, `smallest`, `eval` and `convert` are the
commands of the program, which is `python -m steeple`. `assert_close` is for test suites.
"""

from . import errors
from ._native import Network, __version__
from ._progress import Progress
from .api import (
    assert_close,
    bound,
    build,
    check,
    compare,
    convert,
    eval,
    explain,
    regions,
    smallest,
    train,
    verify,
)
from .errors import (
    BuildError,
    CheckRejected,
    ClusterError,
    DomainError,
    InternalError,
    Interrupted,
    ModelError,
    NumberError,
    PartError,
    PictureError,
    RegionsError,
    SpecError,
    SteepleError,
    TargetError,
    TrainError,
    VerifyError,
)
from .models import as_network
from .results import (
    Bound,
    Built,
    Checked,
    CheckedBound,
    Compared,
    Explained,
    Picture,
    Regions,
    Trained,
    Values,
    Verification,
)
from . import parts  # noqa: E402, it uses the names above

__all__ = [
    "Bound",
    "BuildError",
    "Built",
    "CheckRejected",
    "Checked",
    "CheckedBound",
    "ClusterError",
    "Compared",
    "DomainError",
    "Explained",
    "InternalError",
    "Interrupted",
    "ModelError",
    "Network",
    "NumberError",
    "PartError",
    "Picture",
    "PictureError",
    "Progress",
    "Regions",
    "RegionsError",
    "SpecError",
    "SteepleError",
    "TargetError",
    "TrainError",
    "Trained",
    "Values",
    "Verification",
    "VerifyError",
    "__version__",
    "as_network",
    "assert_close",
    "bound",
    "build",
    "check",
    "compare",
    "convert",
    "errors",
    "eval",
    "explain",
    "parts",
    "regions",
    "smallest",
    "train",
    "verify",
]

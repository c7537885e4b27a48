"""Steeple proves how far a neural network is from a formula."""
from ._native import Network, __version__
from .errors import *

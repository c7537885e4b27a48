"""Fixtures that skl2onnx writes from scikit-learn's networks."""

import warnings

import numpy as np
from skl2onnx import to_onnx
from sklearn.linear_model import LinearRegression
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from common import save

warnings.filterwarnings("ignore")


def main():
    random = np.random.default_rng(5)
    x = random.uniform(-2, 2, size=(200, 2)).astype(np.float32)
    y = np.sin(x[:, 0]) * x[:, 1]
    for unit, name in (("logistic", "sigmoid"), ("tanh", "tanh"), ("relu", "relu")):
        network = MLPRegressor(hidden_layer_sizes=(6, 4), activation=unit, max_iter=60, random_state=1).fit(x, y)
        save(to_onnx(network, x[:1], target_opset=15), f"sklearn_{name}")
    scaled = make_pipeline(StandardScaler(), MLPRegressor(hidden_layer_sizes=(5,), activation="relu", max_iter=60, random_state=1)).fit(x, y)
    save(to_onnx(scaled, x[:1], target_opset=18), "sklearn_scaled")


main()

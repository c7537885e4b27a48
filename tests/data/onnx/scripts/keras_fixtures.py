"""Fixtures that tf2onnx writes from Keras networks."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import keras
import numpy as np
import tensorflow as tf
import tf2onnx
from keras import layers

from common import save


def main():
    for name in ("sigmoid", "tanh", "relu"):
        keras.utils.set_random_seed(11)
        network = keras.Sequential(
            [keras.Input((2,)), layers.Dense(6, activation=name, bias_initializer="normal"), layers.Dense(4, activation=name), layers.Dense(1)]
        )
        export(network, f"keras_{name}")
    keras.utils.set_random_seed(12)
    network = keras.Sequential(
        [
            keras.Input((2,)),
            layers.Dense(5),
            layers.BatchNormalization(),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Dropout(0.2),
            layers.Dense(4),
            layers.ReLU(max_value=6),
            layers.Dense(2, activation="hard_sigmoid"),
        ]
    )
    export(network, "keras_mixed")


def export(network, name):
    signature = [tf.TensorSpec([None, 2], tf.float32, name="x")]
    function = tf.function(lambda x: network(x, training=False), input_signature=signature)
    model, _ = tf2onnx.convert.from_function(function, input_signature=signature, opset=13)
    save(model, name)


main()

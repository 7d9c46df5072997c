"""Networks in this project's own layers."""

import numpy as np

from nn_bridge import AttendanceDropout, Dense, Dropout, Flatten, Sequential
from simulation import one_or_two_absent
from zoo import healthy


def rows(n: int = 32, width: int = 12):
    return np.random.default_rng(0).standard_normal((n, width))


def perceptron(*drop):
    first = Dense(60, activation="relu", input_shape=(12,))
    return Sequential([first, *drop, Dense(3, activation="softmax")], seed=0)


@healthy
def the_articles_listing():
    layers = Flatten(input_shape=(12, 12)), Dense(64, activation="relu"), Dropout(0.5)
    x = np.random.default_rng(0).random((16, 12, 12))
    return {"model": Sequential([*layers, Dense(10, activation="softmax")], seed=0), "x": x}


@healthy
def one_mask_for_the_batch():
    return {"model": perceptron(Dropout(0.5, noise_shape=(1, None))), "x": rows()}


@healthy
def groups_fall_together():
    return {"model": perceptron(Dropout(0.3, group_size=4)), "x": rows()}


@healthy
def one_or_two_of_five_are_absent():
    drop = AttendanceDropout(one_or_two_absent(5), group_size=12, per="question")
    return {"model": perceptron(drop), "x": rows()}


@healthy
def rate_of_zero():
    return {"model": perceptron(Dropout(0.0)), "x": rows()}


@healthy
def no_dropout():
    return {"model": perceptron(), "x": rows()}

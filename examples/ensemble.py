"""Which models of an ensemble carry its vote? On scikit-learn's digits, in seconds.

python examples/ensemble.py
"""

import numpy as np
from sklearn.datasets import load_digits
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from nn_bridge.measuring import Measured
from simulation.coalitions import Game, shapley_within
from simulation.coalitions.estimates import measured

MODELS = {
    "logistic": LogisticRegression(max_iter=5000),
    "ridge": RidgeClassifier(),
    "bayes": GaussianNB(),
    "discriminant": LinearDiscriminantAnalysis(),
    "1 neighbour": KNeighborsClassifier(1),
    "5 neighbours": KNeighborsClassifier(5),
    "svm": SVC(),
    "tree": DecisionTreeClassifier(random_state=0),
    "forest": RandomForestClassifier(50, random_state=0),
    "extra trees": ExtraTreesClassifier(50, random_state=0),
}

images, digits = load_digits(return_X_y=True)
practice, unseen, taught, wanted = train_test_split(images, digits, train_size=300, random_state=0)
votes = np.array([model.fit(practice, taught).predict(unseen) for model in MODELS.values()])
ballots = np.eye(10)[votes]  # (models, images, digits), one vote each


def right(there):
    """Whether the vote of the models that are there is right, on each image; nobody says 0."""
    return ballots[there].sum(axis=0).argmax(axis=1) == wanted


game = Game.of(right, list(MODELS), name="accuracy")
found = measured(game, rng=0)
print(Measured.of(found, "the ensemble"))

dear = Game.of(right, list(MODELS), budget=100)
apart = np.abs(shapley_within(dear).values - [each.value for each in found.shapley]).max()
print(f"From {dear.calls} calls, not {game.calls}, no value is further off than {apart:.4f}.")

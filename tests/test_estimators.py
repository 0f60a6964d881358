"""The scikit-learn estimators: its own checks of them, its tools with them, and the same digits as by hand."""

import joblib
import numpy as np
import pytest
from requirements import require
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from nnlib.data import spiral
from nnlib.estimators import NetworkClassifier, NetworkRegressor, stack
from nnlib.functions import softmax
from nnlib.layers import Dense
from nnlib.losses import SoftmaxCrossEntropy
from nnlib.model import Model
from nnlib.optimizers import Adam
from nnlib.penalties import L2

X, Y = spiral(30, 3, seed=0)
THIRDS = np.digitize(X[:, 0], [-0.2, 0.2])  # three classes side by side
LINE = X[:, :1] + X[:, 1:]  # a target that a network can learn


@parametrize_with_checks([NetworkClassifier(), NetworkRegressor()])
def test_estimator_keeps_scikit_learns_conventions(estimator, check):
    check(estimator)


def test_classifier_is_the_model_by_hand():
    rng = np.random.default_rng(5)
    network = stack([2, 8, 6, 3], 0.1, rng)
    weights = [layer for layer in network.layers if isinstance(layer, Dense)]
    model = Model(
        network,
        SoftmaxCrossEntropy(),
        Adam(network.parameters(), 0.02),
        [L2([layer.parameters()[0] for layer in weights], 1e-3)],
    )
    model.fit(X, Y, epochs=4, batch_size=16, rng=rng)
    classifier = NetworkClassifier(
        (8, 6),
        learning_rate=0.02,
        epochs=4,
        batch_size=16,
        l2=1e-3,
        dropout=0.1,
        random_state=5,
    ).fit(X, Y)
    assert np.array_equal(classifier.predict_proba(X), softmax(model.predict(X)))


def test_stack_puts_relu_and_dropout_after_all_layers_but_the_last():
    network = stack([2, 8, 6, 5, 3], 0.1, np.random.default_rng(0))
    names = [type(layer).__name__ for layer in network.layers]
    assert names == [*["Dense", "ReLU", "Dropout"] * 3, "Dense"]
    shapes = [p.value.shape for p in network.parameters() if p.value.ndim == 2]
    assert shapes == [(2, 8), (8, 6), (6, 5), (5, 3)]


def test_classifier_learns_labels_that_are_text():
    names = np.array(["left", "middle", "right"])
    classifier = NetworkClassifier(epochs=60, random_state=0).fit(X, names[THIRDS])
    assert list(classifier.classes_) == ["left", "middle", "right"]
    assert classifier.score(X, names[THIRDS]) > 0.9
    same = NetworkClassifier(epochs=60, random_state=0).fit(X, THIRDS)
    assert np.array_equal(names[same.predict(X)], classifier.predict(X))


@pytest.mark.parametrize("shape", [(-1,), (-1, 1), (-1, 2)])
def test_regressor_predicts_in_the_shape_of_the_targets(shape):
    targets = np.hstack([LINE, -LINE]) if shape == (-1, 2) else LINE.reshape(shape)
    regressor = NetworkRegressor(epochs=60, random_state=0).fit(X, targets)
    assert regressor.predict(X).shape == targets.shape
    assert regressor.score(X, targets) > 0.9


def test_without_hidden_layers_the_model_is_linear():
    regressor = NetworkRegressor((), epochs=5, random_state=0).fit(X, LINE)
    f = regressor.predict
    assert np.allclose(f(2 * X) - f(X), f(X) - f(0 * X))


@pytest.mark.parametrize(
    "make",
    [lambda: 7, lambda: np.random.RandomState(7), lambda: np.random.default_rng(7)],
)
def test_same_random_state_gives_the_same_digits(make):
    first, second = (
        NetworkClassifier(dropout=0.2, epochs=2, random_state=make()).fit(X, Y)
        for _ in range(2)
    )
    assert np.array_equal(first.predict_proba(X), second.predict_proba(X))


def test_a_random_state_gives_a_seed_of_32_bits():
    given = np.random.RandomState(0)
    seed = np.random.RandomState(0).randint(2**32, dtype=np.uint32)
    assert seed >= 2**31
    first, second = (
        NetworkClassifier(epochs=2, random_state=state).fit(X, Y)
        for state in (given, seed)
    )
    assert np.array_equal(first.predict_proba(X), second.predict_proba(X))


def test_random_state_matters():
    predicted = [
        NetworkClassifier(epochs=2, random_state=state).fit(X, Y).predict_proba(X)
        for state in (0, 1, None, None, np.random.RandomState(0))
    ]
    assert len({each.tobytes() for each in predicted}) == 5


def test_dropout_and_l2_take_effect():
    def sizes(**settings):
        fitted = NetworkClassifier(epochs=10, random_state=0, **settings).fit(X, Y)
        parameters = fitted.model_.network.parameters()
        return sum(float(np.abs(p.value).sum()) for p in parameters)

    assert sizes(l2=0.1) < 0.7 * sizes()
    assert sizes(dropout=0.5) != sizes()


def test_batches_larger_than_the_data_take_all_samples():
    whole, large = (
        NetworkClassifier(epochs=2, batch_size=size, random_state=0).fit(X, Y)
        for size in (len(X), 10_000)
    )
    assert np.array_equal(whole.predict_proba(X), large.predict_proba(X))


SETTINGS = {
    "hidden": [64, "64", (8, 0), (8.0,), None],
    "learning_rate": [0, -1.0, np.inf, "fast"],
    "epochs": [0, 1.5, None],
    "batch_size": [0, 2.5, "all"],
    "l2": [-1e-3, np.nan, np.inf, "little"],
    "dropout": [1.0, -0.1, "half"],
    "random_state": [-1, 0.5, "seed"],
}


@pytest.mark.parametrize("estimator", [NetworkClassifier(), NetworkRegressor()])
@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name in SETTINGS for value in SETTINGS[name]]
)
def test_bad_setting_is_named_when_fitting(estimator, name, value):
    bad = clone(estimator).set_params(**{name: value})
    with pytest.raises((TypeError, ValueError), match=name):
        bad.fit(X, Y)
    assert not hasattr(bad, "model_")


def test_numbers_as_targets_of_a_classifier_are_refused():
    with pytest.raises(ValueError, match="continuous"):
        NetworkClassifier().fit(X, LINE[:, 0])


def test_loss_that_explodes_is_reported():
    with pytest.raises(ValueError, match="loss must stay finite"):
        NetworkRegressor(learning_rate=1e200, epochs=3, random_state=0).fit(X, LINE)


def test_predicting_before_fitting_is_refused():
    with pytest.raises(NotFittedError):
        NetworkClassifier().predict_proba(X)


def digits_search():
    classifier = NetworkClassifier(epochs=3, random_state=0)
    grid = {
        "networkclassifier__hidden": [(8,), (16, 8)],
        "networkclassifier__l2": [0.0, 0.01],
    }
    return GridSearchCV(make_pipeline(StandardScaler(), classifier), grid, cv=3)


@pytest.fixture(scope="module")
def some_digits():
    X, y = load_digits(return_X_y=True)
    return X[:300], y[:300]


def test_scores_of_cross_validation_do_not_depend_on_the_workers(some_digits):
    classifier = NetworkClassifier(epochs=3, random_state=0)
    alone, shared = (
        cross_val_score(classifier, *some_digits, cv=3, n_jobs=n) for n in (1, 2)
    )
    assert np.array_equal(alone, shared)
    assert alone.min() > 0.5


def test_grid_search_on_a_dask_cluster_gives_the_same_scores(some_digits):
    distributed = require("distributed", "a grid search on a cluster")
    alone = digits_search().fit(*some_digits)
    cluster = distributed.LocalCluster(  # chapter 24b has workers that are processes
        n_workers=2, threads_per_worker=1, processes=False, dashboard_address=":0"
    )
    with cluster, distributed.Client(cluster) as client:
        with joblib.parallel_config("dask"), distributed.get_task_stream() as stream:
            shared = digits_search().fit(*some_digits)
        assert len(client.run(int)) == 2
    assert stream.data, "the fits must run on the cluster's workers"
    for name in ("mean_test_score", "split0_test_score", "params"):
        assert np.array_equal(alone.cv_results_[name], shared.cv_results_[name])
    assert alone.best_params_ == shared.best_params_

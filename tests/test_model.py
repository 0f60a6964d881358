"""The model: its loop is the open loop, bit for bit; and whatever ends a training leaves a usable model."""

import subprocess
import sys
import textwrap

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest

from nnlib.data import batches, spiral
from nnlib.dropout import Dropout, set_training
from nnlib.layers import Dense, ReLU, Sequential
from nnlib.losses import MeanSquaredError, SoftmaxCrossEntropy
from nnlib.metrics import accuracy
from nnlib.model import History, Model, Snapshot
from nnlib.optimizers import SGD, Adam, InverseTimeDecay
from nnlib.penalties import L2

matplotlib.use("agg")
pytestmark = pytest.mark.filterwarnings("error")

X, Y = spiral(30, 3, seed=0)
FRESH = spiral(20, 3, seed=1)


def network(*between):
    rng = np.random.default_rng(0)
    return Sequential(Dense(2, 8, rng), ReLU(), *between, Dense(8, 3, rng))


def new_model(net=None, rate=0.05, penalty=True):
    net = net or network()
    return Model(
        net,
        SoftmaxCrossEntropy(),
        InverseTimeDecay(Adam(net.parameters(), rate), 1e-3),
        [L2(net.layers[0].parameters(), 1e-3)] if penalty else [],
        {"accuracy": accuracy},
    )


def values(net):
    return [parameter.value.tobytes() for parameter in net.parameters()]


@pytest.mark.parametrize("batch_size", [None, 16, 90])
def test_fit_is_the_open_loop(batch_size):
    rng = np.random.default_rng(7)
    model = new_model(network(Dropout(0.2, np.random.default_rng(1))))
    model.fit(X, Y, epochs=3, batch_size=batch_size, rng=rng if batch_size else None)
    net, rng = (
        network(Dropout(0.2, np.random.default_rng(1))),
        np.random.default_rng(7),
    )
    loss, optimizer = SoftmaxCrossEntropy(), Adam(net.parameters(), 0.05)
    optimizer = InverseTimeDecay(optimizer, 1e-3)
    penalty = L2(net.layers[0].parameters(), 1e-3)
    for _ in range(3):
        for some_X, some_y in (
            batches(X, Y, batch_size, rng) if batch_size else [(X, Y)]
        ):
            net.backward(loss.grad(net.forward(some_X), some_y))
            penalty.add_grad()
            optimizer.step()
    assert values(model.network) == values(net)


def test_history_holds_the_means_over_the_samples():
    """Batches of 40, 40 and 10, while nothing moves."""
    model = new_model()
    model.optimizer = type("Still", (), {"step": lambda self: None})()
    history = model.fit(
        X,
        Y,
        epochs=2,
        batch_size=40,
        rng=np.random.default_rng(0),
        validation=FRESH,
    )
    expected = model.evaluate(X, Y)
    assert history is model.history
    for record in history.records:
        for name in ("loss", "accuracy"):
            assert record[name] == pytest.approx(expected[name], rel=1e-12)
            found = record[f"validation_{name}"]
            assert found == model.evaluate(*FRESH)[name]
    assert history["loss"] == [record["loss"] for record in history.records]
    assert len(history) == 2
    assert repr(history).startswith("History(2 epochs, loss 1.0")


def test_history_goes_on_in_a_second_fit_and_plots_itself():
    model = new_model()
    model.fit(X, Y, epochs=2, validation=FRESH)
    model.fit(X, Y, epochs=3, validation=FRESH)
    assert len(model.history) == 5
    _, ax = plt.subplots()
    model.history.plot(ax, "accuracy")
    curves = [line.get_ydata().tolist() for line in ax.lines]
    names = ("accuracy", "validation_accuracy")
    assert curves == [model.history[name] for name in names]
    assert [line.get_xdata().tolist() for line in ax.lines] == [[1, 2, 3, 4, 5]] * 2
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", "accuracy")
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["training", "validation"]
    plt.close()
    assert repr(History()) == "History(0 epochs)"


def test_evaluate_is_loss_without_penalty_and_metrics():
    model = new_model()
    logits = model.network.forward(X)
    assert model.evaluate(X, Y) == {
        "loss": SoftmaxCrossEntropy().value(logits, Y),
        "accuracy": accuracy(logits, Y),
    }


@pytest.mark.parametrize("batch_size", [1, 7, 90, 1000])
def test_prediction_does_not_depend_on_the_batch(batch_size):
    model = new_model(network(Dropout(0.5, np.random.default_rng(1))))
    model.fit(X, Y, epochs=2)
    expected = model.network.forward(X)  # dropout is off between fits
    assert model.predict(X, batch_size).tobytes() == expected.tobytes()


def test_prediction_switches_dropout_off():
    model = new_model(network(Dropout(0.5, np.random.default_rng(1))))
    expected = model.predict(X)
    set_training(model.network, True)
    assert model.predict(X).tobytes() == expected.tobytes()


def test_dropout_is_on_in_training_only():
    dropout = Dropout(0.5, np.random.default_rng(1))
    model = new_model(network(dropout))
    seen = []
    assert not dropout.training

    class Watch:
        def __init__(self, loss):
            self.value, self.inner = loss.value, loss

        def grad(self, outputs, targets):
            seen.append(dropout.training)
            return self.inner.grad(outputs, targets)

    model.loss = Watch(model.loss)
    model.fit(X, Y, epochs=2, validation=FRESH)
    assert seen == [True, True]
    assert not dropout.training


def test_patience_stops_and_puts_the_best_parameters_back():
    """Validation on shuffled classes: it gets worse before long."""
    model, kept = new_model(rate=0.02), []
    wrong = np.random.default_rng(0).permutation(FRESH[1])
    model.fit(
        X,
        Y,
        epochs=500,
        validation=(FRESH[0], wrong),
        patience=7,
        callbacks=[lambda model: kept.append(values(model.network))],
    )
    losses = model.history["validation_loss"]
    best = int(np.argmin(losses))
    assert len(losses) == best + 1 + 7 < 500
    assert values(model.network) == kept[best]
    assert model.evaluate(FRESH[0], wrong)["loss"] == losses[best]


def test_the_best_parameters_are_put_back_without_a_stop():
    model = new_model(rate=0.02)
    wrong = np.random.default_rng(0).permutation(FRESH[1])
    model.fit(X, Y, epochs=30, validation=(FRESH[0], wrong), patience=30)
    losses = model.history["validation_loss"]
    assert losses[-1] > min(losses)
    assert model.evaluate(FRESH[0], wrong)["loss"] == min(losses)


def test_callback_sees_each_epoch_and_can_stop():
    model, seen = new_model(), []

    def stop_at_3(model):
        seen.append(len(model.history))
        return len(model.history) == 3

    model.fit(X, Y, epochs=10, callbacks=[stop_at_3, lambda model: None])
    assert seen == [1, 2, 3]


class Interrupting:
    """An optimizer that moves one parameter and is then interrupted, in its n-th step."""

    def __init__(self, optimizer, n, error):
        self.optimizer, self.n, self.error = optimizer, n, error

    def step(self):
        self.n -= 1
        self.optimizer.step()
        if self.n == 0:
            self.optimizer.parameters[0].value[...] = 9
            raise self.error


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError])
def test_interruption_leaves_the_parameters_before_the_step(error):
    expected = new_model()
    expected.fit(X, Y, epochs=2)
    model = new_model()
    model.optimizer = Interrupting(model.optimizer.optimizer, 3, error)
    model.optimizer.optimizer.learning_rate = 0.05
    expected = network()
    loss, penalty = SoftmaxCrossEntropy(), L2(expected.layers[0].parameters(), 1e-3)
    optimizer = Adam(expected.parameters(), 0.05)
    for _ in range(2):
        expected.backward(loss.grad(expected.forward(X), Y))
        penalty.add_grad()
        optimizer.step()
    with pytest.raises(error):
        model.fit(X, Y, epochs=10)
    assert values(model.network) == values(expected)
    assert len(model.history) == 2
    model.evaluate(X, Y)
    model.optimizer = Adam(model.network.parameters(), 0.05)
    assert len(model.fit(X, Y, epochs=1)) == 3


def test_interruption_keeps_the_best_where_patience_is_given():
    model = new_model()
    model.optimizer = Interrupting(model.optimizer.optimizer, 4, KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, Y, epochs=9, validation=FRESH, patience=9)
    lowest = min(model.history["validation_loss"])
    assert model.evaluate(*FRESH)["loss"] == lowest


def test_loss_that_is_not_finite_stops_training_and_keeps_the_last_good_parameters():
    rng = np.random.default_rng(0)
    net = Sequential(Dense(2, 1, rng))
    points, targets = X * 100, X[:, :1] * 100
    losses, kept = [], []

    class Noting(MeanSquaredError):
        def value(self, outputs, targets):
            with np.errstate(all="ignore"):
                losses.append(super().value(outputs, targets))
            kept.append(values(net))
            return losses[-1]

    model = Model(net, Noting(), SGD(net.parameters(), 1.0))
    with pytest.raises(ValueError, match=r"finite, got inf at step 1 of epoch \d+"):
        model.fit(points, targets, epochs=1000)
    assert np.isfinite(losses[-2])
    assert not np.isfinite(losses[-1])
    assert values(net) == kept[-2]
    assert np.isfinite(model.predict(points)).all()


def test_prediction_is_made_without_dropout():
    rng = np.random.default_rng(0)
    net = Sequential(Dropout(0.5, rng), Dense(2, 3, rng))
    model = Model(net, SoftmaxCrossEntropy(), SGD(net.parameters(), 1.0))
    inputs = np.ones((20, 2))
    expected = net.layers[1].forward(inputs)
    assert model.predict(inputs).tobytes() == expected.tobytes()


def test_ready_batches_are_read_anew_in_each_epoch():
    model, expected = new_model(), new_model()
    parts = [(X[:40], Y[:40]), (X[40:], Y[40:])]
    model.fit(parts, epochs=2)
    for _ in range(2):
        for some_X, some_y in parts:
            expected.fit(some_X, some_y, epochs=1)
    assert values(model.network) == values(expected.network)


def test_a_generator_is_refused_in_the_second_epoch():
    model = new_model()
    with pytest.raises(ValueError, match=r"none in epoch 2: a generator"):
        model.fit((pair for pair in [(X, Y)]), epochs=2)
    assert len(model.history) == 1


def test_model_shows_layers_shapes_and_numbers():
    rng = np.random.default_rng(0)
    net = Sequential(Dense(2, 64, rng), ReLU(), Dropout(0.1, rng), Dense(64, 3, rng))
    model = Model(net, SoftmaxCrossEntropy(), Adam(net.parameters()))
    assert repr(model).splitlines() == [
        "Model",
        "Dense(2, 64)  (2, 64) (64,)        192",
        "ReLU()                               0",
        "Dropout(0.1)                         0",
        "Dense(64, 3)  (64, 3) (3,)         195",
        "387 parameters; SoftmaxCrossEntropy, Adam",
    ]
    single = Dense(2, 3, rng)
    model = Model(single, SoftmaxCrossEntropy(), SGD(single.parameters(), 0.1))
    assert "9 parameters" in repr(model)


def test_snapshot_is_a_copy():
    net = network()
    before, kept = values(net), Snapshot(net.parameters())
    for parameter in net.parameters():
        parameter.value -= 1
    kept.put_back()
    assert values(net) == before
    net.parameters()[0].value += 1
    assert kept.values[0].tobytes() == before[0]


OUT_OF_CORE = """
    import resource
    import numpy as np
    from nnlib.layers import Dense, ReLU, Sequential
    from nnlib.losses import SoftmaxCrossEntropy
    from nnlib.model import Model
    from nnlib.optimizers import SGD
    rng = np.random.default_rng(0)
    X = np.memmap({X!r}, np.uint8, "r", shape=({n}, 500))
    y = np.memmap({y!r}, np.uint8, "r", shape=({n},))
    net = Sequential(Dense(500, 8, rng), ReLU(), Dense(8, 3, rng))
    model = Model(net, SoftmaxCrossEntropy(), SGD(net.parameters(), 1e-4))

    class Parts:
        def __iter__(self):
            for i in range(0, len(X), 500):
                yield X[i : i + 500], y[i : i + 500]

    model.fit([(X[:500], y[:500])], epochs=1)  # what a first use costs is not counted
    resource.setrlimit(resource.RLIMIT_DATA, 2 * (used() + 40_000_000,))
    if {ready}:
        model.fit(Parts(), epochs=1)
    else:
        model.fit(X, y, epochs=1, batch_size=500, rng=rng)
    try:
        X.astype(float)
    except MemoryError:
        print("trained:", model.history["loss"][-1] < 2)
"""
USED = """
def used():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if "VmData" in line)
"""


@pytest.mark.skipif(
    sys.platform != "linux",
    reason="only Linux limits the memory of a process, so this was not checked: data larger than memory",
)
@pytest.mark.parametrize("ready", [True, False])
def test_data_may_be_larger_than_memory(tmp_path, ready):
    """20 million numbers on the disk, 160 MB as floats, with 40 MB to work in."""
    n = 40_000
    rng = np.random.default_rng(0)
    part = rng.integers(0, 2, size=(n // 10, 500), dtype=np.uint8)
    for name, array in (("X", part), ("y", part[:, 0])):
        with open(tmp_path / name, "wb") as file:
            for _ in range(10):
                file.write(array.tobytes())
    code = textwrap.dedent(
        OUT_OF_CORE.format(
            X=str(tmp_path / "X"), y=str(tmp_path / "y"), n=n, ready=ready
        )
    )
    run = subprocess.run(
        [sys.executable, "-c", USED + code], capture_output=True, text=True, check=False
    )
    assert run.stdout == "trained: True\n", run.stderr


def test_history_tells_of_its_last_epoch():
    history = History()
    history.records += [{"loss": 1.0}, {"loss": 2.0}, {"loss": 3.5}]
    assert repr(history) == "History(3 epochs, loss 3.5)"


def test_history_of_one_epoch_plots_itself():
    history = History()
    history.records.append({"loss": 1.0, "validation_loss": 2.0})
    _, ax = plt.subplots()
    history.plot(ax)
    assert [line.get_ydata() for line in ax.lines] == [[1.0], [2.0]]
    plt.close()


def test_history_plots_a_quantity_that_only_some_epochs_have():
    history = History()
    history.records += [{"loss": 3.0}, {"loss": 2.0, "validation_loss": 4.0}]
    _, ax = plt.subplots()
    history.plot(ax)
    assert [list(line.get_xdata()) for line in ax.lines] == [[1, 2], [2]]
    plt.close()


def test_patience_ends_when_nothing_gets_better():
    """The same loss again is no fall below the lowest."""
    model = new_model()
    model.optimizer = type("Still", (), {"step": lambda self: None})()
    history = model.fit(X, Y, epochs=9, validation=FRESH, patience=2)
    assert len(history) == 3


@pytest.mark.parametrize(
    ("loss", "targets", "rate"),
    [
        (MeanSquaredError(), np.eye(3)[Y], 1e200),  # squares overflow
        (SoftmaxCrossEntropy(), Y, 1e308),  # so do weights; infinity − infinity follows
    ],
)
def test_explosion_is_one_complaint_without_warnings(loss, targets, rate):
    net = Sequential(Dense(2, 3, np.random.default_rng(0)))
    model = Model(net, loss, SGD(net.parameters(), rate))
    with pytest.raises(ValueError, match="loss must stay finite"):
        model.fit(1e10 * X, targets, epochs=5)
    assert all(np.isfinite(parameter.value).all() for parameter in net.parameters())


@pytest.mark.parametrize("spoilt", ["training", "validation"])
def test_a_bad_label_is_refused_before_the_first_step(spoilt):
    """Though it stands in the last batch, no random number is drawn and the optimizer knows of no gradient."""
    bad = Y.copy()
    bad[-1] = 3
    model, rng = new_model(), np.random.default_rng(0)
    labels, validation = (bad, None) if spoilt == "training" else (Y, (X, bad))
    with pytest.raises(ValueError, match="targets must"):
        model.fit(X, labels, epochs=1, batch_size=1, rng=rng, validation=validation)
    assert rng.bit_generator.state == np.random.default_rng(0).bit_generator.state
    assert not any(model.optimizer.optimizer.states)
    assert model.history.records == []

"""A network together with all that its training needs."""

import numpy as np

from nnlib._checks import (
    as_batch,
    as_rows,
    check_batches,
    check_count,
    check_data,
    check_loss,
    check_model,
)
from nnlib.data import batches
from nnlib.dropout import set_training
from nnlib.numerics import total
from nnlib.progress import progress


class Snapshot:
    """A copy of the values of parameters, which can be put back.

    Parameters
    ----------
    parameters : list of nnlib.layers.Parameter
    """

    def __init__(self, parameters):
        self.parameters = parameters
        self.take()

    def take(self):
        """Copy the values as they are now."""
        self.values = [parameter.value.copy() for parameter in self.parameters]

    def put_back(self):
        """Give the parameters the values that were copied last."""
        for parameter, value in zip(self.parameters, self.values):
            parameter.value[...] = value


class History:
    """What a training has noted, epoch by epoch.

    ``history["loss"]`` is the list of one quantity over the epochs.

    Attributes
    ----------
    records : list of dict
        One for each epoch, from names to numbers: ``loss`` and the model's metrics, measured on the batches as they
        were trained (each before its step, with dropout, without penalties), and the same with ``validation_`` in
        front.
    """

    def __init__(self):
        self.records = []

    def __len__(self):
        return len(self.records)

    def __getitem__(self, name):
        return [record[name] for record in self.records]

    def plot(self, ax, name="loss"):
        """Draw one quantity over the epochs, in training and, where it was measured, in validation.

        Parameters
        ----------
        ax : matplotlib.axes.Axes
        name : str, default "loss"

        Raises
        ------
        KeyError
            If no quantity of this name was noted.
        """
        epochs = range(1, len(self) + 1)
        ax.plot(epochs, self[name], label="training")
        validation = "validation_" + name
        measured = [i for i in epochs if validation in self.records[i - 1]]
        if measured:
            values = [self.records[i - 1][validation] for i in measured]
            ax.plot(measured, values, "--", label="validation")
        ax.set(xlabel="epoch", ylabel=name)
        ax.legend()

    def __repr__(self):
        last = self.records[-1] if self.records else {}
        noted = "".join(f", {name} {value:.4g}" for name, value in last.items())
        return f"History({len(self)} epochs{noted})"


def _hand_out(X, y, batch_size, rng):
    """The batches of one epoch: those that came ready made, all samples at once, or shuffled groups."""
    if y is None:
        return X
    return [(X, y)] if batch_size is None else batches(X, y, batch_size, rng)


class Model:
    """A network, a loss, an optimizer and penalties, with the loop that trains them.

    Parameters
    ----------
    network : nnlib.layers.Layer
    loss : object with ``value`` and ``grad``
        From `nnlib.losses`.
    optimizer : object with ``step``
        From `nnlib.optimizers`, made with ``network.parameters()``.
    penalties : sequence of objects with ``add_grad``, optional
        From `nnlib.penalties`.
    metrics : dict from names to functions, optional
        Each called with outputs and targets, for example ``{"accuracy": accuracy}``.

    Attributes
    ----------
    history : History
        Of all calls of `fit` so far; kept when one of them is interrupted.

    Raises
    ------
    TypeError
        If a part lacks the methods named above.
    ValueError
        If the optimizer holds parameters that are not the network's.
    """

    def __init__(self, network, loss, optimizer, penalties=(), metrics=None):
        check_model(network, loss, optimizer, penalties, metrics)
        self.network, self.loss, self.optimizer = network, loss, optimizer
        self.penalties, self.metrics = list(penalties), dict(metrics or {})
        self.history = History()
        set_training(network, False)

    def fit(
        self,
        X,
        y=None,
        *,
        epochs,
        batch_size=None,
        rng=None,
        validation=None,
        patience=None,
        callbacks=(),
    ):
        """Train for a number of epochs.

        Parameters
        ----------
        X : array_like, shape (n_samples, n_inputs), or iterable of (X, y) batches
            Without ``y``, something to iterate over anew in each epoch: a list, or an object of your own that reads
            its batches from a disk.
        y : array_like, one row for each sample, optional
            As the loss wants it; not with batches that are ready made.
        epochs : int
        batch_size : int, optional
            Without it, every step uses all samples, in their order.
        rng : numpy.random.Generator, optional
            Shuffles the samples in each epoch; needed with ``batch_size``.
        validation : tuple (X, y), optional
            Measured after each epoch, not trained on.
        patience : int, optional
            Stop when the validation loss has not fallen below its lowest value for so many epochs. At the end, however
            it comes about, the parameters of the lowest validation loss are put back.
        callbacks : sequence of functions, optional
            Each is called with the model after each epoch; training stops if one returns True.

        Returns
        -------
        History

        Raises
        ------
        TypeError, ValueError
            If an argument is not as described, or data hold NaN or infinity; of arrays, before anything is changed.
        ValueError
            If the loss becomes NaN or infinite. The parameters are those of the last finite loss (with ``patience``, of
            the lowest validation loss); the optimizer's memory is what it was, so take a new one to go on.
        KeyboardInterrupt
            When interrupted: the parameters are whole, those before the interrupted step (with ``patience``, of the
            lowest validation loss), and the history is in ``self.history``.
        """
        check_count("epochs", epochs)
        check_data(self, X, y, batch_size, rng, validation, patience)
        kept = Snapshot(self.network.parameters())
        best, lowest, waited = Snapshot(kept.parameters), np.inf, 0
        try:
            for epoch in progress(range(1, epochs + 1)):
                record = self._epoch(_hand_out(X, y, batch_size, rng), epoch, kept)
                if validation is not None:
                    found = self.evaluate(*validation)
                    record |= {f"validation_{name}": found[name] for name in found}
                self.history.records.append(record)
                waited += 1
                if patience is not None and record["validation_loss"] < lowest:
                    best.take()
                    lowest, waited = record["validation_loss"], 0
                stops = [callback(self) for callback in callbacks]
                if any(s is True or s is np.True_ for s in stops) or waited == patience:
                    break
        except BaseException:
            kept.put_back()
            raise
        finally:
            set_training(self.network, False)
            if lowest < np.inf:
                best.put_back()
        return self.history

    @np.errstate(over="ignore", invalid="ignore")  # check_loss complains instead
    def _epoch(self, data, epoch, kept):
        """Take one step for each batch, and return the means of loss and metrics over the samples."""
        set_training(self.network, True)
        sizes, found = [], []
        for step, batch in enumerate(data, 1):
            X, y = as_batch(batch)
            outputs = self.network.forward(X)
            value = self.loss.value(outputs, y)
            check_loss(value, step, epoch)
            kept.take()
            self.network.backward(self.loss.grad(outputs, y))
            for penalty in self.penalties:
                penalty.add_grad()
            self.optimizer.step()
            sizes.append(len(outputs))
            found.append([value, *(f(outputs, y) for f in self.metrics.values())])
        check_batches(len(sizes), epoch)
        shares = np.array(sizes)[:, np.newaxis] / total(sizes)
        means = total(shares * np.array(found), axis=0)
        return dict(zip(["loss", *self.metrics], means.tolist()))

    def predict(self, X, batch_size=1000):
        """The network's outputs, with dropout off.

        Parameters
        ----------
        X : array_like, shape (n_samples, n_inputs)
        batch_size : int, default 1000
            So many samples at a time, which bounds the memory. The outputs do not depend on it.

        Returns
        -------
        ndarray, shape (n_samples, n_outputs)

        Raises
        ------
        TypeError, ValueError
            If ``X`` is no matrix of real numbers that fits the network, is empty, or holds NaN or infinity.
        """
        check_count("batch_size", batch_size)
        X = as_rows("X", X)
        set_training(self.network, False)
        starts = range(0, len(X), batch_size)
        outputs = [self.network.forward(X[i : i + batch_size]) for i in starts]
        return np.concatenate(outputs)

    def evaluate(self, X, y):
        """The loss, without penalties, and the metrics.

        Parameters
        ----------
        X : array_like, shape (n_samples, n_inputs)
        y : array_like, one row for each sample

        Returns
        -------
        dict from names to floats
            ``loss``, and the names of the metrics.

        Raises
        ------
        TypeError, ValueError
            As `predict`, and as the loss and the metrics.
        """
        outputs = self.predict(X)
        found = {name: metric(outputs, y) for name, metric in self.metrics.items()}
        return {"loss": self.loss.value(outputs, y), **found}

    def __repr__(self):
        rows = [
            (
                repr(layer),
                " ".join(str(p.value.shape) for p in layer.parameters()),
                sum(p.value.size for p in layer.parameters()),
            )
            for layer in getattr(self.network, "layers", [self.network])
        ]
        wide, middle = (max(len(row[i]) for row in rows) for i in (0, 1))
        lines = [f"{a:{wide}}  {b:{middle}}  {n:9,}" for a, b, n in rows]
        n_all = sum(p.value.size for p in self.network.parameters())
        parts = [self.loss, self.optimizer, *self.penalties]
        names = ", ".join(type(part).__name__ for part in parts)
        return "\n".join(["Model", *lines, f"{n_all:,} parameters; {names}"])

"""PyTorch as an independent judge of every activation, layer, loss and optimizer: values, gradients, steps."""

from contextlib import nullcontext

import numpy as np
import pytest
from requirements import require

from nnlib.functions import log_sum_exp, one_hot, relu, sigmoid, softmax, tanh
from nnlib.layers import Dense, ReLU, Sequential, Sigmoid, Tanh
from nnlib.losses import (
    MeanAbsoluteError,
    MeanSquaredError,
    SigmoidCrossEntropy,
    SoftmaxCrossEntropy,
    SquaredErrorCost,
)
from nnlib.numerics import exp, expm1, log, native
from nnlib.optimizers import SGD, AdaGrad, Adam, Momentum, RMSProp

pytestmark = pytest.mark.filterwarnings("error")

RNG = np.random.default_rng(0)
X = RNG.normal(size=(30, 4))
LABELS = RNG.integers(0, 3, 30)
ANSWERS, NUMBERS = RNG.integers(0, 2, (30, 3)), RNG.normal(size=(30, 3))
EXACT = {"rtol": 1e-11, "atol": 1e-13}
ROUNDED = {"rtol": 1e-4, "atol": 1e-5}  # products keep about float32


@pytest.fixture(scope="module")
def torch():
    torch = require("torch", "the agreement with PyTorch")
    torch.set_num_threads(1)  # these arrays are small
    return torch


def tensor(torch, array):
    return torch.tensor(np.asarray(array), requires_grad=True)


def wide_dense(n_inputs, n_outputs, rng):
    return Dense(
        n_inputs, n_outputs, rng, init=lambda n, m, rng: rng.normal(size=(n, m))
    )


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (exp, lambda torch, z: torch.exp(z)),
        (expm1, lambda torch, z: torch.expm1(z)),
        (lambda z: log(np.abs(z)), lambda torch, z: torch.log(torch.abs(z))),
        (sigmoid, lambda torch, z: torch.sigmoid(z)),
        (tanh, lambda torch, z: torch.tanh(z)),
        (relu, lambda torch, z: torch.relu(z)),
        (softmax, lambda torch, z: torch.softmax(z, dim=1)),
        (log_sum_exp, lambda torch, z: torch.logsumexp(z, dim=1)),
    ],
    ids=["exp", "expm1", "log", "sigmoid", "tanh", "relu", "softmax", "log_sum_exp"],
)
@pytest.mark.parametrize("scale", [1e-3, 1.0, 100.0])
def test_function_agrees(torch, ours, theirs, scale):
    expected = theirs(torch, torch.tensor(scale * X)).numpy()
    np.testing.assert_allclose(ours(scale * X), expected, rtol=1e-13)


@pytest.mark.parametrize(
    ("ours", "theirs"), [(ReLU, "ReLU"), (Sigmoid, "Sigmoid"), (Tanh, "Tanh")]
)
def test_activation_layer_agrees(torch, ours, theirs):
    inputs, grad_outputs = tensor(torch, X), RNG.normal(size=X.shape)
    outputs = getattr(torch.nn, theirs)()(inputs)
    outputs.backward(torch.tensor(grad_outputs))
    layer = ours()
    np.testing.assert_allclose(layer.forward(X), outputs.detach().numpy(), **EXACT)
    np.testing.assert_allclose(
        layer.backward(grad_outputs), inputs.grad.numpy(), **EXACT
    )


def twin(torch, network):
    """The same network in PyTorch, with its own copy of the parameters."""
    modules = []
    for layer in network.layers:
        if isinstance(layer, Dense):
            module = torch.nn.Linear(*layer.weights.value.shape, dtype=torch.float64)
            module.weight.data = torch.tensor(layer.weights.value.T.copy())
            module.bias.data = torch.tensor(layer.biases.value.copy())
        else:
            module = getattr(torch.nn, type(layer).__name__)()
        modules.append(module)
    return torch.nn.Sequential(*modules)


def parameters_of(module):
    """The parameters of a twin in the order and shape of ours, as (value, gradient)."""
    return [
        (each.detach().numpy().T, each.grad.numpy().T) for each in module.parameters()
    ]


NETWORKS = {
    "Dense": lambda rng: Sequential(wide_dense(4, 3, rng)),
    "ReLU": lambda rng: Sequential(
        wide_dense(4, 8, rng), ReLU(), wide_dense(8, 3, rng)
    ),
    "deep": lambda rng: Sequential(
        *(wide_dense(4, 8, rng), Tanh(), wide_dense(8, 8, rng), Sigmoid()),
        *(wide_dense(8, 8, rng), ReLU(), wide_dense(8, 3, rng)),
    ),
}
LOSSES = {
    "cross-entropy, labels": (
        SoftmaxCrossEntropy(),
        LABELS,
        lambda torch, outputs: torch.nn.functional.cross_entropy(
            outputs, torch.tensor(LABELS)
        ),
    ),
    "cross-entropy, one-hot": (
        SoftmaxCrossEntropy(),
        one_hot(LABELS, 3),
        lambda torch, outputs: torch.nn.functional.cross_entropy(
            outputs, torch.tensor(one_hot(LABELS, 3))
        ),
    ),
    "squared error": (
        SquaredErrorCost(),
        np.sin(X[:, :3]),
        lambda torch, outputs: (
            ((outputs - torch.tensor(np.sin(X[:, :3]))) ** 2).sum() / (2 * len(outputs))
        ),
    ),
    "binary cross-entropy": (
        SigmoidCrossEntropy(),
        ANSWERS,
        lambda torch, outputs: torch.nn.functional.binary_cross_entropy_with_logits(
            outputs, torch.tensor(1.0 * ANSWERS)
        ),
    ),
    "mean squared error": (
        MeanSquaredError(),
        NUMBERS,
        lambda torch, outputs: torch.nn.functional.mse_loss(
            outputs, torch.tensor(NUMBERS)
        ),
    ),
    "mean absolute error": (
        MeanAbsoluteError(),
        NUMBERS,
        lambda torch, outputs: torch.nn.functional.l1_loss(
            outputs, torch.tensor(NUMBERS)
        ),
    ),
}


@pytest.mark.parametrize("loss", LOSSES)
def test_loss_agrees(torch, loss):
    ours, targets, theirs = LOSSES[loss]
    outputs = tensor(torch, 3 * X[:, 1:])
    expected = theirs(torch, outputs)
    expected.backward()
    assert ours.value(3 * X[:, 1:], targets) == pytest.approx(
        expected.item(), rel=1e-13
    )
    np.testing.assert_allclose(
        ours.grad(3 * X[:, 1:], targets), outputs.grad.numpy(), **EXACT
    )


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize(
    ("setting", "tolerance"), [(native, EXACT), (nullcontext, ROUNDED)]
)
def test_network_agrees(torch, network, loss, setting, tolerance):
    ours = NETWORKS[network](np.random.default_rng(1))
    ours_loss, targets, theirs_loss = LOSSES[loss]
    theirs, inputs = twin(torch, ours), tensor(torch, X)
    outputs = theirs(inputs)
    theirs_loss(torch, outputs).backward()
    with setting():
        found = [ours.forward(X)]
        found += [ours.backward(ours_loss.grad(found[0], targets))]
    found += [parameter.grad for parameter in ours.parameters()]
    expected = [outputs.detach().numpy(), inputs.grad.numpy()]
    expected += [grad for _, grad in parameters_of(theirs)]
    for array, their_array in zip(found, expected, strict=True):
        np.testing.assert_allclose(array, their_array, **tolerance)


THEIR_NAMES = {
    SGD: "SGD",
    Momentum: "SGD",
    AdaGrad: "Adagrad",
    RMSProp: "RMSprop",
    Adam: "Adam",
}


@pytest.mark.parametrize(
    ("rule", "settings", "their_settings"),
    [
        (SGD, {}, {}),
        (Momentum, {}, {"momentum": 0.9}),
        (Momentum, {"momentum": 0.5}, {"momentum": 0.5}),
        (AdaGrad, {}, {"eps": 1e-7}),
        (RMSProp, {}, {"alpha": 0.9, "eps": 1e-7}),
        (RMSProp, {"rho": 0.99, "epsilon": 1e-3}, {"alpha": 0.99, "eps": 1e-3}),
        (Adam, {}, {"eps": 1e-7}),
        (
            Adam,
            {"beta1": 0.5, "beta2": 0.8, "epsilon": 1e-3},
            {"betas": (0.5, 0.8), "eps": 1e-3},
        ),
    ],
)
@pytest.mark.parametrize("learning_rate", [0.003, 0.3])
def test_optimizer_agrees_through_many_steps(
    torch, rule, settings, their_settings, learning_rate
):
    """The same gradients to both, so that nothing but the rule is compared; the rate changes on the way."""
    network = Sequential(wide_dense(4, 3, np.random.default_rng(1)))
    module = twin(torch, network)
    optimizer = rule(network.parameters(), learning_rate, **settings)
    their_optimizer = getattr(torch.optim, THEIR_NAMES[rule])(
        module.parameters(), lr=learning_rate, **their_settings
    )
    rng = np.random.default_rng(2)
    for step in range(40):
        for ours_parameter, their_parameter in zip(
            network.parameters(), module.parameters(), strict=True
        ):
            ours_parameter.grad = rng.normal(size=ours_parameter.value.shape)
            their_parameter.grad = torch.tensor(ours_parameter.grad.T.copy())
        if step == 20:
            optimizer.learning_rate = their_optimizer.param_groups[0]["lr"] = 0.01
        optimizer.step()
        their_optimizer.step()
        for parameter, (value, _) in zip(
            network.parameters(), parameters_of(module), strict=True
        ):
            np.testing.assert_allclose(parameter.value, value, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(("rule", "their_settings"), [(SGD, {}), (Adam, {"eps": 1e-7})])
def test_training_agrees(torch, rule, their_settings):
    ours = NETWORKS["deep"](np.random.default_rng(1))
    theirs = twin(torch, ours)
    loss, targets, theirs_loss = LOSSES["cross-entropy, labels"]
    optimizer = rule(ours.parameters(), 0.01)
    their_optimizer = getattr(torch.optim, THEIR_NAMES[rule])(
        theirs.parameters(), lr=0.01, **their_settings
    )
    with native():
        before = loss.value(ours.forward(X), targets)
        for _ in range(50):
            ours.backward(loss.grad(ours.forward(X), targets))
            optimizer.step()
            their_optimizer.zero_grad()
            theirs_loss(torch, theirs(torch.tensor(X))).backward()
            their_optimizer.step()
        after = loss.value(ours.forward(X), targets)
    assert after < before
    for parameter, (value, _) in zip(
        ours.parameters(), parameters_of(theirs), strict=True
    ):
        np.testing.assert_allclose(parameter.value, value, rtol=1e-7, atol=1e-9)

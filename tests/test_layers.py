"""Layers: values worked by hand, every derivative against finite differences, and what they keep and change."""

import numpy as np
import pytest

from nnlib.gradients import numerical_grad
from nnlib.layers import (
    Dense,
    Layer,
    Parameter,
    ReLU,
    Sequential,
    Sigmoid,
    Tanh,
    small_normal,
)
from nnlib.numerics import native, snap

pytestmark = pytest.mark.filterwarnings("error")


def draw(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def dense(n_inputs, n_outputs, seed=0):
    """A Dense layer with weights of size 1 and biases other than 0, so that every term shows."""
    layer = Dense(
        n_inputs,
        n_outputs,
        np.random.default_rng(seed),
        init=lambda n_inputs, n_outputs, rng: rng.normal(size=(n_inputs, n_outputs)),
    )
    layer.biases.value += draw(n_outputs, seed=seed + 1)
    return layer


LAYERS = {
    "Dense": lambda: dense(3, 4),
    "Dense, one to one": lambda: dense(1, 1),
    "ReLU": ReLU,
    "Sigmoid": Sigmoid,
    "Tanh": Tanh,
    "Sequential": lambda: Sequential(
        dense(3, 5), Tanh(), dense(5, 4, seed=2), Sigmoid()
    ),
    "Sequential in Sequential": lambda: Sequential(
        Sequential(dense(3, 5), ReLU()), Sequential(dense(5, 2, seed=2))
    ),
}


@pytest.fixture(params=LAYERS)
def layer(request):
    return LAYERS[request.param]()


def inputs_for(layer, n_samples=6):
    parameters = layer.parameters()
    return draw(n_samples, len(parameters[0].value) if parameters else 3, seed=7)


# Derivatives


def test_every_gradient_agrees_with_finite_differences(layer):
    inputs = inputs_for(layer)
    grad_outputs = draw(*layer.forward(inputs).shape, seed=8)

    def loss(_):
        return (layer.forward(inputs) * grad_outputs).sum()

    with native():
        expected = [numerical_grad(loss, inputs)]
        expected += [numerical_grad(loss, each.value) for each in layer.parameters()]
        layer.forward(inputs)
        exact = [layer.backward(grad_outputs), *(p.grad for p in layer.parameters())]
    layer.forward(inputs)
    rounded = [layer.backward(grad_outputs), *(p.grad for p in layer.parameters())]
    for grad, grad_rounded, difference in zip(exact, rounded, expected, strict=True):
        np.testing.assert_allclose(grad, difference, rtol=1e-7, atol=1e-8)
        np.testing.assert_allclose(grad_rounded, grad, rtol=1e-4, atol=1e-4)


def test_slope_of_relu_at_0_is_0():
    relu = ReLU()
    relu.forward([[-1.0, 0.0, 1e-300]])
    assert relu.backward([[5.0, 5.0, 5.0]]).tolist() == [[0.0, 0.0, 5.0]]


def test_dense_worked_by_hand():
    layer = dense(2, 2)
    layer.weights.value = np.array([[1.0, 2.0], [3.0, 4.0]])
    layer.biases.value = np.array([0.5, -0.5])
    assert layer.forward([[1, 1], [2, 0]]).tolist() == [[4.5, 5.5], [2.5, 3.5]]
    assert layer.backward([[1, 0], [0, 1]]).tolist() == [[1, 3], [2, 4]]
    assert layer.weights.grad.tolist() == [[1, 2], [1, 0]]
    assert layer.biases.grad.tolist() == [1, 1]


@pytest.mark.parametrize(
    ("activation", "inputs", "outputs", "grad"),
    [
        (ReLU, [-2.0, 3.0], [0.0, 3.0], [0.0, 2.0]),
        (Sigmoid, [0.0, np.log(3)], [0.5, 0.75], [0.5, 0.375]),
        (Tanh, [0.0, np.log(2)], [0.0, 0.6], [2.0, 1.28]),
    ],
)
def test_activation_worked_by_hand(activation, inputs, outputs, grad):
    layer = activation()
    np.testing.assert_allclose(layer.forward([inputs]), [outputs], rtol=1e-15)
    np.testing.assert_allclose(layer.backward([[2.0, 2.0]]), [grad], rtol=1e-15)


# What is kept and changed


def test_outputs_are_kept_and_start_as_none(layer):
    assert layer.outputs is None
    outputs = layer.forward(inputs_for(layer))
    assert layer.outputs is outputs


def test_backward_sets_gradients_and_does_not_add(layer):
    inputs = inputs_for(layer)
    grad_outputs = np.ones_like(layer.forward(inputs))
    grads = []
    for _ in range(2):
        layer.backward(grad_outputs)
        grads.append([parameter.grad.tolist() for parameter in layer.parameters()])
    assert grads[0] == grads[1]


def test_gradients_have_the_shape_of_what_they_belong_to(layer):
    inputs = inputs_for(layer)
    grad_inputs = layer.backward(np.ones_like(layer.forward(inputs)))
    assert grad_inputs.shape == inputs.shape
    for parameter in layer.parameters():
        assert parameter.grad.shape == parameter.value.shape


def test_passes_change_neither_their_arguments_nor_the_parameters(layer):
    inputs = inputs_for(layer)
    grad_outputs = np.ones_like(layer.forward(inputs))
    watched = [inputs, grad_outputs, *(p.value for p in layer.parameters())]
    before = [array.tobytes() for array in watched]
    layer.forward(inputs)
    layer.backward(grad_outputs)
    assert [array.tobytes() for array in watched] == before


def test_outputs_of_a_sample_do_not_depend_on_its_batch(layer):
    inputs = inputs_for(layer)
    together = layer.forward(inputs)
    for i in range(len(inputs)):
        assert together[i].tobytes() == layer.forward(inputs[i : i + 1]).tobytes()


def test_lists_are_taken_for_arrays(layer):
    inputs = inputs_for(layer)
    outputs = layer.forward(inputs)
    assert layer.forward(inputs.tolist()).tobytes() == outputs.tobytes()
    assert np.array_equal(
        layer.backward(np.ones_like(outputs).tolist()),
        layer.backward(np.ones_like(outputs)),
    )


def test_parameters_stay_the_same_objects():
    network = Sequential(dense(2, 3), ReLU(), dense(3, 1))
    first, last = network.layers[0], network.layers[2]
    expected = [first.weights, first.biases, last.weights, last.biases]
    network.backward(np.ones_like(network.forward(draw(4, 2))))
    assert all(a is b for a, b in zip(network.parameters(), expected, strict=True))


def test_parameter_copies_its_value_and_starts_without_gradient():
    value = np.array([1.0, 2.0])
    parameter = Parameter(value)
    value[0] = 9
    assert parameter.value.tolist() == [1.0, 2.0]
    assert parameter.grad.tolist() == [0.0, 0.0]


def test_parameter_holds_floats():
    assert Parameter([1, 2]).value.dtype == Parameter([1, 2]).grad.dtype == np.float64


# Starting weights


def test_starting_weights_are_small_and_float32_values():
    weights = small_normal(200, 300, np.random.default_rng(0))
    assert weights.shape == (200, 300)
    assert weights.std() == pytest.approx(0.01, rel=0.02)
    assert abs(weights.mean()) < 1e-4
    assert weights.tobytes() == snap(weights).tobytes()


def test_starting_weights_are_the_first_draws_of_the_generator():
    layer = Dense(3, 4, np.random.default_rng(5))
    expected = snap(0.01 * np.random.default_rng(5).normal(size=(3, 4)))
    assert layer.weights.value.tobytes() == expected.tobytes()
    assert layer.biases.value.tolist() == [0.0] * 4


def test_dense_asks_init_for_its_weights():
    rng, asked = np.random.default_rng(0), []

    def init(*arguments):
        asked.append(arguments)
        return np.ones(arguments[:2])

    assert Dense(2, 3, rng, init=init).weights.value.tolist() == [[1.0] * 3] * 2
    assert asked == [(2, 3, rng)]


# The container and the base class


def test_repr_shows_the_structure():
    network = Sequential(dense(2, 3), ReLU(), Sequential(dense(3, 1), Sigmoid()))
    expected = "Sequential(Dense(2, 3), ReLU(), Sequential(Dense(3, 1), Sigmoid()))"
    assert repr(network) == expected
    assert repr(Tanh()) == "Tanh()"
    assert repr(Parameter(np.zeros((2, 3)))) == "Parameter(2, 3)"


@pytest.mark.parametrize("method", ["forward", "backward"])
def test_layer_without_its_own_pass_says_so(method):
    class Half(Layer):
        pass

    with pytest.raises(NotImplementedError, match=f"Half does not define {method}"):
        getattr(Half(), method)([[1.0]])
    assert Half().parameters() == []


def test_one_layer_of_ones_own_is_enough_for_sequential():
    class Double(Layer):
        def forward(self, inputs):
            return 2 * inputs

        def backward(self, grad_outputs):
            return 2 * grad_outputs

    network = Sequential(Double(), Double())
    assert network.forward(3) == 12
    assert network.backward(1) == 4

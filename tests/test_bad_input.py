"""Bad input gets an error that names the argument, what it got and what it wants, before anything is changed."""

import copy
import types

import numpy as np
import pytest

from nnlib.data import batches, fashion_mnist, mnist, read_idx, sine, spiral, vertical
from nnlib.dropout import Dropout
from nnlib.files import describe, load, load_parameters, rebuild, save
from nnlib.functions import (
    binary_cross_entropy,
    cross_entropy,
    log_sum_exp,
    one_hot,
    relu,
    sigmoid,
    softmax,
    squared_error,
    tanh,
)
from nnlib.gradients import numerical_grad
from nnlib.initializers import glorot, he
from nnlib.layers import Dense, Parameter, ReLU, Sequential, Sigmoid, Tanh
from nnlib.losses import (
    MeanAbsoluteError,
    MeanSquaredError,
    SigmoidCrossEntropy,
    SoftmaxCrossEntropy,
    SquaredErrorCost,
)
from nnlib.metrics import (
    accuracy,
    binary_accuracy,
    confusion_matrix,
    precision_recall,
    reliability,
    tolerance_accuracy,
)
from nnlib.model import Model
from nnlib.numerics import (
    Rounded,
    exp,
    expm1,
    log,
    matmul,
    mean,
    snap,
    total,
    transposed_matmul,
)
from nnlib.optimizers import (
    SGD,
    AdaGrad,
    Adam,
    InverseTimeDecay,
    Momentum,
    Optimizer,
    RMSProp,
)
from nnlib.penalties import L1, L2

pytestmark = pytest.mark.filterwarnings("error")

M23, M34, M43 = np.ones((2, 3)), np.ones((3, 4)), np.ones((4, 3))
V3, V4, EMPTY = np.ones(3), np.ones(4), np.ones((0, 3))
LABELS = np.array([0, 1, 2, 0])
NO_LABELS = np.array([], dtype=int)
RNG = np.random.default_rng(0)
WEIGHTS = [Parameter([1.0, 2.0])]
CROSS_ENTROPY, SQUARED = SoftmaxCrossEntropy(), SquaredErrorCost()
BINARY, MEAN_SQUARED, MEAN_ABSOLUTE = (
    SigmoidCrossEntropy(),
    MeanSquaredError(),
    MeanAbsoluteError(),
)
REALS = "array of real numbers"
ROWS = "non-negative and sum to 1"


def tolerance_1(outputs, targets):
    return tolerance_accuracy(outputs, targets, 1.0)


def trained(*layers):
    network = Sequential(*layers)
    network.forward(np.ones((4, 3)))
    return network


DENSE, RELU, SIGMOID, TANH = Dense(3, 2, RNG), ReLU(), Sigmoid(), Tanh()
NETWORK = trained(DENSE, RELU, SIGMOID, TANH)

# what is called, with which arguments, the error, and what its message must contain
ELEMENTWISE = [
    (function, (bad,), TypeError, (name, REALS, got))
    for function, name in [
        (relu, "z"),
        (sigmoid, "z"),
        (tanh, "z"),
        (exp, "x"),
        (expm1, "x"),
        (log, "x"),
        (snap, "x"),
        (total, "x"),
        (mean, "x"),
        (softmax, "z"),
        (log_sum_exp, "z"),
        (Rounded, "x"),
        (Parameter, "value"),
    ]
    for bad, got in [
        ("abc", "str 'abc'"),
        (None, "NoneType"),
        ([[1, 2], [3]], "list [[1, 2], [3]]"),
        (np.array([1j]), "complex128"),
        (np.array(["1"]), "dtype <U1"),
        (np.array([1, None]), "dtype object"),
    ]
]
NUMERICS = [
    (matmul, (M23, M43), ValueError, ("a", "b", "(2, 3)", "(4, 3)", "last", "first")),
    (matmul, (M23, V4), ValueError, ("a", "b", "(2, 3)", "(4,)")),
    (matmul, (V4, M34), ValueError, ("a", "b", "(4,)", "(3, 4)")),
    (matmul, (V3, V4), ValueError, ("a", "b", "(3,)", "(4,)")),
    (matmul, (Rounded(M23), M43), ValueError, ("a", "b", "(2, 3)", "(4, 3)")),
    (matmul, (EMPTY, M43), ValueError, ("a", "b", "(0, 3)", "(4, 3)")),
    (matmul, (2.0, M23), ValueError, ("a and b", "vectors or matrices", "()")),
    (matmul, (M23, np.ones((1, 3, 2))), ValueError, ("matrices", "(1, 3, 2)")),
    (matmul, ("ab", M23), TypeError, ("a", REALS, "str 'ab'")),
    (matmul, (M23, [[1], "x"]), TypeError, ("b", REALS, "list")),
    (matmul, (M23, Rounded(M34)), TypeError, ("b", REALS, "Rounded")),
    (
        transposed_matmul,
        (M23, M34),
        ValueError,
        ("a and b", "rows", "(2, 3)", "(3, 4)"),
    ),
    (
        transposed_matmul,
        (Rounded(M23), Rounded(M34)),
        ValueError,
        ("a and b", "rows", "(2, 3)", "(3, 4)"),
    ),
    (transposed_matmul, (V3, V3), ValueError, ("a and b", "matrices", "(3,)")),
    (transposed_matmul, (V4, M43), ValueError, ("a and b", "matrices", "(4,)")),
    (transposed_matmul, (M43, V4), ValueError, ("a and b", "matrices", "(4,)")),
    (transposed_matmul, (M23, None), TypeError, ("b", REALS, "None")),
    (transposed_matmul, (Rounded(M23), "x"), TypeError, ("b", REALS, "str 'x'")),
    (Rounded, (V3,), ValueError, ("x", "matrix", "(3,)")),
    (Rounded, (M23, 0), ValueError, ("bits", "1 to 31", "0")),
    (Rounded, (M23, 32), ValueError, ("bits", "1 to 31", "32")),
    (Rounded, (M23, 21.5), ValueError, ("bits", "1 to 31", "21.5")),
    (total, (np.ones((1, 2, 3)),), ValueError, ("x", "matrix", "(1, 2, 3)")),
    (total, (M23, 2), ValueError, ("axis", "(2, 3)", "2")),
    (total, (V3, 1), ValueError, ("axis", "(3,)", "1")),
    (total, (V3, -1), ValueError, ("axis", "(3,)", "-1")),
    (mean, (M23, 2), ValueError, ("axis", "(2, 3)", "2")),
    (mean, ([],), ValueError, ("x", "empty", "(0,)")),
    (mean, (EMPTY, 0), ValueError, ("x", "empty", "(0, 3)")),
]
FUNCTIONS = [
    *(
        (function, (bad,), ValueError, ("z", "matrix", "(n_samples, n_columns)", shape))
        for function in (softmax, log_sum_exp)
        for bad, shape in [
            (V3, "(3,)"),
            (2.0, "()"),
            (np.ones((1, 2, 3)), "(1, 2, 3)"),
            (EMPTY, "(0, 3)"),
            (np.ones((3, 0)), "(3, 0)"),
        ]
    ),
    (one_hot, ([0, 3], 3), ValueError, ("targets", "0 … 2", "from 0 to 3")),
    (one_hot, ([-1, 2], 3), ValueError, ("targets", "0 … 2", "from -1 to 2")),
    (one_hot, ([0.0, 1.0], 3), TypeError, ("targets", "integers in 0 … 2", "list")),
    (one_hot, ([True], 2), TypeError, ("targets", "integers in 0 … 1", "list [True]")),
    (one_hot, (["a"], 2), TypeError, ("targets", "integers", "list ['a']")),
    (one_hot, (1, 2), ValueError, ("targets", "(n_samples,)", "()")),
    (one_hot, (NO_LABELS, 2), ValueError, ("targets", "empty")),
    (one_hot, (M23, 2), ValueError, ("targets", "(n_samples, 2)", "(2, 3)")),
    (one_hot, (M23, 3), ValueError, ("targets", ROWS)),
    (one_hot, ([[2.0, -1.0]], 2), ValueError, ("targets", ROWS)),
    (one_hot, ([[np.nan, 1.0]], 2), ValueError, ("targets", ROWS)),
    (one_hot, ([[0.0, 0.0]], 2), ValueError, ("targets", ROWS)),
    (one_hot, (np.ones((1, 1, 1), int), 1), ValueError, ("targets", "(1, 1, 1)")),
    (one_hot, ([0], 0), ValueError, ("n_classes", "at least 1", "0")),
    (one_hot, ([0], 2.0), TypeError, ("n_classes", "whole number", "float 2.0")),
]
LOSSES = [
    *(
        (function, arguments, error, (name, *words))
        for function, name in [
            (cross_entropy, "logits"),
            (CROSS_ENTROPY.value, "logits"),
            (CROSS_ENTROPY.grad, "outputs"),
        ]
        for arguments, error, words in [
            (("x", LABELS), TypeError, (REALS, "str 'x'")),
            ((V3, LABELS), ValueError, ("matrix", "(3,)")),
            ((EMPTY, NO_LABELS), ValueError, ("empty", "(0, 3)")),
        ]
    ),
    *(
        (function, (M43, targets), error, ("targets", *words))
        for function in (cross_entropy, CROSS_ENTROPY.value, CROSS_ENTROPY.grad)
        for targets, error, words in [
            (LABELS + 1, ValueError, ("0 … 2", "from 1 to 3")),
            (LABELS - 1, ValueError, ("0 … 2", "from -1 to 1")),
            (LABELS * 1.0, TypeError, ("integers in 0 … 2", "float64")),
            (LABELS[:3], ValueError, ("shape of the outputs", "(4, 3)", "(3, 3)")),
            (LABELS[:1], ValueError, ("shape of the outputs", "(4, 3)", "(1, 3)")),
            (LABELS[:, np.newaxis], ValueError, ("(n_samples, 3)", "(4, 1)")),
            (NO_LABELS, ValueError, ("empty",)),
            (M43, ValueError, (ROWS,)),
            (np.eye(4), ValueError, ("(n_samples, 3)", "(4, 4)")),
            (np.eye(3), ValueError, ("shape of the outputs", "(4, 3)", "(3, 3)")),
        ]
    ),
    *(
        (function, arguments, error, words)
        for function in (
            *(squared_error, SQUARED.value, SQUARED.grad),
            *(BINARY.value, BINARY.grad, binary_cross_entropy, binary_accuracy),
            *(MEAN_SQUARED.value, MEAN_SQUARED.grad),
            *(MEAN_ABSOLUTE.value, MEAN_ABSOLUTE.grad, tolerance_1),
        )
        for arguments, error, words in [
            (
                (np.ones((4, 1)), V4),
                ValueError,
                ("outputs", "targets", "(4, 1)", "(4,)"),
            ),
            (
                (V4, np.ones((4, 1))),
                ValueError,
                ("outputs", "(4,)"),
            ),
            ((M43, M23), ValueError, ("outputs", "targets", "(4, 3)", "(2, 3)")),
            ((M43, np.ones((1, 3))), ValueError, ("targets", "(4, 3)", "(1, 3)")),
            ((V4, V4), ValueError, ("must be a matrix", "(4,)")),
            ((EMPTY, EMPTY), ValueError, ("outputs", "empty", "(0, 3)")),
            (("x", M43), TypeError, ("outputs", REALS, "str 'x'")),
            ((M43, None), TypeError, ("targets", REALS, "None")),
        ]
    ),
]
LOSSES += [
    (function, (M43, targets), ValueError, ("targets", *words))
    for function, words in [
        (BINARY.value, ("between 0 and 1",)),
        (BINARY.grad, ("between 0 and 1",)),
        (binary_cross_entropy, ("between 0 and 1",)),
        (binary_accuracy, ("only 0 and 1",)),
    ]
    for targets in (M43 * 2, -M43, M43 * np.nan)
]
LAYERS = [
    (Dense, (0, 2, RNG), ValueError, ("n_inputs", "at least 1", "0")),
    (Dense, (3, -1, RNG), ValueError, ("n_outputs", "at least 1", "-1")),
    (Dense, (3.0, 2, RNG), TypeError, ("n_inputs", "whole number", "float 3.0")),
    (Dense, (3, "2", RNG), TypeError, ("n_outputs", "whole number", "str '2'")),
    (Dense, (3, True, RNG), TypeError, ("n_outputs", "whole number", "bool True")),
    (Dense, (3, 2, 0), TypeError, ("rng", "np.random.default_rng", "int 0")),
    (Dense, (3, 2, np.random), TypeError, ("rng", "np.random.default_rng", "module")),
    (Dense, (3, 2, RNG, lambda n, m, _: M23), ValueError, ("init", "(3, 2)", "(2, 3)")),
    (Dense, (3, 2, RNG, lambda n, m, _: "x"), TypeError, (REALS, "str 'x'")),
    (Sequential, (), ValueError, ("layers", "empty", "at least one")),
    (Sequential, (ReLU(), ReLU), TypeError, ("layers", "Layer", "ReLU")),
    (Sequential, ([ReLU()],), TypeError, ("layers", "Layer", "[ReLU()]")),
    *(
        (layer.forward, (bad,), error, ("inputs", *words))
        for layer in (DENSE, NETWORK)
        for bad, error, words in [
            (M34, ValueError, ("(n_samples, 3)", "(3, 4)")),
            (V3, ValueError, ("(n_samples, 3)", "(3,)")),
            (EMPTY, ValueError, ("empty", "(0, 3)")),
            ("x", TypeError, (REALS, "str 'x'")),
        ]
    ),
    *(
        (layer.forward, ("x",), TypeError, (REALS, "str 'x'"))
        for layer in (RELU, SIGMOID, TANH)
    ),
    *(
        (layer.backward, (bad,), error, ("grad_outputs", *words))
        for layer in (DENSE, RELU, SIGMOID, TANH, NETWORK)
        for bad, error, words in [
            (M43, ValueError, ("shape of the outputs", "(4, 2)", "(4, 3)")),
            (V4, ValueError, ("shape of the outputs", "(4, 2)", "(4,)")),
            (np.ones((1, 2)), ValueError, ("shape of the outputs", "(4, 2)", "(1, 2)")),
            (1.0, ValueError, ("shape of the outputs", "(4, 2)", "()")),
            ("x", TypeError, (REALS, "str 'x'")),
        ]
    ),
    *(
        (layer.backward, (M43,), RuntimeError, ("backward", "call forward first"))
        for layer in (Dense(2, 3, RNG), ReLU(), Sigmoid(), Tanh(), Sequential(ReLU()))
    ),
]
RULES = (Optimizer, SGD, Momentum, AdaGrad, RMSProp, Adam)
OPTIMIZERS = [
    *(
        (rule, (WEIGHTS, rate), error, (name, "above 0", got))
        for name, rules in (("learning_rate", RULES), ("strength", (L1, L2)))
        for rule in rules
        for rate, error, got in [
            (0, ValueError, "0"),
            (-0.1, ValueError, "-0.1"),
            (np.nan, ValueError, "nan"),
            (np.inf, ValueError, "inf"),
            ("0.1", TypeError, "str '0.1'"),
            (None, TypeError, "None"),
            (True, TypeError, "bool True"),
        ]
    ),
    *(
        (rule, (parameters, 0.1), error, ("parameters", "network.parameters()", got))
        for rule in (*RULES, L1, L2)
        for parameters, error, got in [
            ([], ValueError, "none"),
            (NETWORK, TypeError, "Sequential(Dense(3, 2)"),
            (None, TypeError, "None"),
            ([V3], TypeError, "float64"),
            ([Parameter(V3), 1.0], TypeError, "float 1.0"),
            ([types.SimpleNamespace(value=V3)], TypeError, "SimpleNamespace"),
        ]
    ),
    *(
        (Adam, (WEIGHTS, 0.1, *betas), error, (name, "[0, 1)", got))
        for name, before, after in [("beta1", (), (0.9,)), ("beta2", (0.9,), ())]
        for beta, error, got in [
            (1.0, ValueError, "1.0"),
            (-0.1, ValueError, "-0.1"),
            (np.nan, ValueError, "nan"),
            ("0.9", TypeError, "str '0.9'"),
        ]
        for betas in [(*before, beta, *after)]
    ),
    *(
        (rule, (WEIGHTS, 0.1, share), error, (name, "[0, 1)", got))
        for rule, name in [(Momentum, "momentum"), (RMSProp, "rho")]
        for share, error, got in [(1.0, ValueError, "1.0"), ("0.9", TypeError, "str")]
    ),
    (AdaGrad, (WEIGHTS, 0.1, 0.0), ValueError, ("epsilon", "above 0", "0.0")),
    (RMSProp, (WEIGHTS, 0.1, 0.9, -1.0), ValueError, ("epsilon", "above 0", "-1.0")),
    (
        InverseTimeDecay,
        (SGD(WEIGHTS, 0.1), -1.0),
        ValueError,
        ("decay", "above 0", "-1.0"),
    ),
    (
        InverseTimeDecay,
        (SGD(WEIGHTS, 0.1), "1"),
        TypeError,
        ("decay", "above 0", "str"),
    ),
    (
        InverseTimeDecay,
        (WEIGHTS, 0.1),
        TypeError,
        ("optimizer", "Optimizer", "Parameter"),
    ),
    (Adam, (WEIGHTS, 0.1, 0.9, 0.9, 0.0), ValueError, ("epsilon", "above 0", "0.0")),
    (Adam, (WEIGHTS, 0.1, 0.9, 0.9, "x"), TypeError, ("epsilon", "above 0", "str 'x'")),
]
DROPOUT = [
    *(
        (Dropout, (rate, RNG), error, ("rate", "[0, 1)", got))
        for rate, error, got in [
            (1.0, ValueError, "1.0"),
            (-0.1, ValueError, "-0.1"),
            (np.nan, ValueError, "nan"),
            ("0.5", TypeError, "str '0.5'"),
        ]
    ),
    (Dropout, (0.5, 0), TypeError, ("rng", "default_rng", "int 0")),
    (Dropout(0.5, RNG).forward, ("x",), TypeError, ("inputs", REALS, "str 'x'")),
    (Dropout(0.5, RNG).backward, (M43,), RuntimeError, ("backward", "forward first")),
]
GRADIENTS = [
    (numerical_grad, (np.sum, [1.0]), TypeError, ("array", "float64", "list")),
    (numerical_grad, (np.sum, LABELS), TypeError, ("array", "float64", "int64")),
    (numerical_grad, (np.sum, V3, 0.0), ValueError, ("step", "above 0", "0.0")),
    (numerical_grad, (np.sum, V3, -1.0), ValueError, ("step", "above 0", "-1.0")),
    (numerical_grad, (np.sum, V3, "x"), TypeError, ("step", "above 0", "str 'x'")),
]
DATA = [
    *(
        (make, (*before, bad, *after), error, (name, "at least 1", got))
        for make, name, before, after in [
            (spiral, "n_per_class", (), (3, 0)),
            (spiral, "n_classes", (9,), (0,)),
            (vertical, "n_per_class", (), (3, 0)),
            (vertical, "n_classes", (9,), (0,)),
            (sine, "n_samples", (), ()),
            (batches, "batch_size", (M43, LABELS), (RNG,)),
        ]
        for bad, error, got in [
            (0, ValueError, "0"),
            (-5, ValueError, "-5"),
            (2.0, TypeError, "float 2.0"),
            (None, TypeError, "None"),
            (True, TypeError, "bool True"),
        ]
    ),
    *(
        (make, (9, 3, seed), error, ("seed", "2**32 - 1", got))
        for make in (spiral, vertical)
        for seed, error, got in [
            (-1, ValueError, "-1"),
            (2**32, ValueError, "4294967296"),
            (None, TypeError, "None"),
            (0.0, TypeError, "float 0.0"),
            ([1, 2], TypeError, "list [1, 2]"),
        ]
    ),
    (batches, (M43, LABELS[:3], 2, RNG), ValueError, ("X and y", "length", "[4, 3]")),
    (batches, (EMPTY, NO_LABELS, 2, RNG), ValueError, ("X and y", "empty")),
    (batches, (1.0, LABELS, 2, RNG), TypeError, ("X", "one row for each sample")),
    (batches, (M43, None, 2, RNG), TypeError, ("y", "one row for each sample")),
    (
        batches,
        (M43, LABELS, 2, 0),
        TypeError,
        ("rng", "np.random.default_rng", "int 0"),
    ),
    (batches, (M43, LABELS, 2, None), TypeError, ("rng", "default_rng", "None")),
]
METRICS = [
    (accuracy, ("x", LABELS), TypeError, ("outputs", REALS, "str 'x'")),
    (accuracy, (V3, LABELS), ValueError, ("outputs", "matrix", "(3,)")),
    (accuracy, (EMPTY, NO_LABELS), ValueError, ("outputs", "empty", "(0, 3)")),
    (accuracy, (M43, LABELS[:3]), ValueError, ("targets", "(4,)", "(3,)")),
    (accuracy, (M43, LABELS[:, np.newaxis]), ValueError, ("targets", "(4,)", "(4, 1)")),
    (accuracy, (M43, M43), TypeError, ("targets", "integers in 0 … 2", "float64")),
    (accuracy, (M43, LABELS + 1), ValueError, ("targets", "0 … 2", "from 1 to 3")),
    (accuracy, (M43, LABELS - 1), ValueError, ("targets", "0 … 2", "from -1 to 1")),
]
METRICS += [
    (confusion_matrix, arguments, error, words)
    for function, arguments, error, words in METRICS
    if function is accuracy
]
METRICS += [
    (tolerance_accuracy, (M43, M43, 0), ValueError, ("tolerance", "above 0", "0")),
    (tolerance_accuracy, (M43, M43, "1"), TypeError, ("tolerance", "str '1'")),
    (binary_accuracy, (M43, M43 * 0.5), ValueError, ("targets", "only 0 and 1")),
    (precision_recall, (M23,), ValueError, ("matrix", "square", "(2, 3)")),
    (precision_recall, (V3,), ValueError, ("matrix", "(3,)")),
    (precision_recall, ([[1, -1], [0, 2]],), ValueError, ("matrix", "-1")),
    (precision_recall, ("x",), TypeError, ("matrix", REALS, "str 'x'")),
    (reliability, (M43, LABELS), ValueError, ("probabilities", ROWS)),
    (reliability, (M43 / 3, LABELS + 1), ValueError, ("targets", "0 … 2")),
    (reliability, (M43 / 3, LABELS[:3]), ValueError, ("targets", "(4,)", "(3,)")),
    (reliability, (M43 / 3, LABELS, 0), ValueError, ("n_bins", "at least 1", "0")),
    (reliability, (M43 / 3, LABELS, 2.0), TypeError, ("n_bins", "float 2.0")),
]
STARTS = [
    (start, arguments, error, words)
    for start in (glorot, he)
    for arguments, error, words in [
        ((0, 2, RNG), ValueError, ("n_inputs", "at least 1", "0")),
        ((3, 2.0, RNG), TypeError, ("n_outputs", "whole number", "float 2.0")),
        ((3, 2, 0), TypeError, ("rng", "default_rng", "int 0")),
    ]
]
OTHER = Dense(3, 3, RNG)
PARTS = (NETWORK, MEAN_SQUARED, SGD(NETWORK.parameters(), 0.1))
MODEL = Model(*PARTS)
M42 = np.ones((4, 2))
NAN = np.array([[1.0, 2, 3], [1, np.nan, 3], [1, 2, 3], [1, 2, 3]])


def infinite(row):
    """Many samples, one of them not finite."""
    X = np.ones((2500, 3))
    X[row, 2] = np.inf
    return X


def fit(*data, **settings):
    """Model.fit with settings given in the table as a last dict."""
    *data, settings = data
    return MODEL.fit(*data, **({"epochs": 1} | settings))


MODELS = [
    (Model, (None, *PARTS[1:]), TypeError, ("network", "forward", "None")),
    (Model, (Dense, *PARTS[1:]), TypeError, ("network", "forward", "Dense")),
    (Model, (NETWORK, None, PARTS[2]), TypeError, ("loss", "value", "None")),
    (Model, (NETWORK, SquaredErrorCost, PARTS[2]), TypeError, ("loss", "value")),
    (Model, (NETWORK, SQUARED, 0.1), TypeError, ("optimizer", "step", "float 0.1")),
    (Model, (*PARTS, L1(WEIGHTS, 1.0)), TypeError, ("penalties", "list", "L1")),
    (Model, (*PARTS, [0.1]), TypeError, ("penalties", "add_grad", "float 0.1")),
    (Model, (*PARTS, [L1(WEIGHTS, 1.0)]), ValueError, ("penalties", "another")),
    (Model, (OTHER, *PARTS[1:]), ValueError, ("optimizer", "network.parameters()")),
    (
        Model,
        (OTHER, SQUARED, InverseTimeDecay(PARTS[2], 0.1)),
        ValueError,
        ("optimizer", "network.parameters()"),
    ),
    (Model, (*PARTS, (), accuracy), TypeError, ("metrics", "dict", "function")),
    (Model, (*PARTS, (), {"a": 1}), TypeError, ("metrics", "functions", "dict")),
    *(
        (fit, arguments, error, words)
        for arguments, error, words in [
            ((M43, M42, {"epochs": 0}), ValueError, ("epochs", "at least 1", "0")),
            ((M43, M42, {"epochs": 1.5}), TypeError, ("epochs", "float 1.5")),
            ((M43, M42[:3], {}), ValueError, ("X and y", "length", "[4, 3]")),
            ((M43, V4, {}), ValueError, ("targets", "(4, 2)", "(4,)")),
            ((M34, M42[:3], {}), ValueError, ("inputs", "(n_samples, 3)", "(3, 4)")),
            ((EMPTY, M42[:0], {}), ValueError, ("X", "empty", "(0, 3)")),
            ((NAN, M42, {}), ValueError, ("X", "finite", "nan in row 1")),
            ((M43 * np.inf, M42, {}), ValueError, ("X", "finite", "inf in row 0")),
            (("abc", M42, {}), TypeError, ("X", "array of real numbers", "'abc'")),
            (([[1], [2, 3]], M42, {}), TypeError, ("X", "real numbers", "list")),
            ((list("abcd"), M42, {}), TypeError, ("X", "real numbers", "list")),
            ((M43, {}), TypeError, ("without y", "pairs", "float64")),
            ((3, {}), TypeError, ("without y", "pairs", "int 3")),
            (([M43], {}), TypeError, ("each batch", "pair", "float64")),
            (([(M43,)], {}), TypeError, ("each batch", "pair", "tuple")),
            (([(M43, M42[:2])], {}), ValueError, ("X and y", "length", "[4, 2]")),
            (([(NAN, M42)], {}), ValueError, ("X", "nan in row 1")),
            (([], {}), ValueError, ("batches", "none in epoch 1")),
            (([(M43, M42)], {"batch_size": 2}), ValueError, ("batch_size", "ready")),
            ((M43, M42, {"batch_size": 2}), TypeError, ("rng", "default_rng", "None")),
            ((M43, M42, {"batch_size": 0, "rng": RNG}), ValueError, ("batch_size",)),
            ((M43, M42, {"patience": 2}), ValueError, ("patience", "validation")),
            (
                (M43, M42, {"patience": 0, "validation": (M43, M42)}),
                ValueError,
                ("patience", "at least 1", "0"),
            ),
            ((M43, M42, {"validation": M43}), TypeError, ("validation", "pair")),
            ((M43, M42, {"validation": M43[:2]}), TypeError, ("validation", "pair")),
            ((M43, M42, {"validation": (M43,)}), TypeError, ("validation", "pair")),
            (
                (M43, M42, {"validation": (M43, V4)}),
                ValueError,
                ("targets", "(4, 2)", "(4,)"),
            ),
            ((M43, M42, {"validation": (NAN, M42)}), ValueError, ("X", "nan")),
        ]
    ),
    (MODEL.predict, (M34,), ValueError, ("inputs", "(n_samples, 3)", "(3, 4)")),
    (MODEL.predict, (V3,), ValueError, ("inputs", "(n_samples, 3)", "(3,)")),
    (MODEL.predict, (NAN,), ValueError, ("X", "finite", "row 1")),
    (MODEL.predict, (EMPTY,), ValueError, ("X", "empty")),
    (MODEL.predict, (M43, 0), ValueError, ("batch_size", "at least 1")),
    (MODEL.predict, (None,), TypeError, ("X", "real numbers", "None")),
    (MODEL.predict, (2.5,), TypeError, ("X", "one row for each", "float 2.5")),
    *(
        (MODEL.predict, (infinite(row),), ValueError, ("X", f"inf in row {row}"))
        for row in (998, 999, 1000, 1001)
    ),
    (MODEL.evaluate, (M43, V4), ValueError, ("targets", "(4, 2)", "(4,)")),
    (MODEL.evaluate, (NAN, M42), ValueError, ("X", "finite", "row 1")),
]
FILES = [
    (mnist, ("training",), ValueError, ("part", '"train" or "test"', "training")),
    (fashion_mnist, (1,), ValueError, ("part", '"train" or "test"', "int 1")),
    (read_idx, ("/nowhere/x", (), 9), FileNotFoundError, ("/nowhere/x",)),
    (load, ("/nowhere/x",), FileNotFoundError, ("/nowhere/x",)),
    (load_parameters, ("/nowhere/x", NETWORK), FileNotFoundError, ("/nowhere/x",)),
    (describe, ("x",), TypeError, ("network", "known", "'x'")),
    (rebuild, (["Conv"], {}), ValueError, ("description", "Conv")),
    (rebuild, (["Dense", 2, 3], {}), ValueError, ("weights", "missing")),
    (save, ("/nowhere/x", NETWORK), FileNotFoundError, ("/nowhere",)),
    (save, ("/nowhere/x", "net"), TypeError, ("network", "known", "'net'")),
    (save, ("/nowhere/x", NETWORK, {"x": V3}), TypeError, ("preprocessing", "dict")),
]
CASES = [
    *(ELEMENTWISE + NUMERICS + FUNCTIONS + LOSSES),
    *(LAYERS + OPTIMIZERS + DROPOUT + GRADIENTS + DATA + METRICS),
    *(STARTS + MODELS + FILES),
]


def state():
    """All that a bad call could have changed: parameters, arrays handed in, and every random state."""
    arrays = [M23, M34, M43, V3, V4, LABELS, WEIGHTS[0].value, WEIGHTS[0].grad]
    for parameter in NETWORK.parameters():
        arrays += [parameter.value, parameter.grad]
    arrays += [layer.outputs for layer in [*NETWORK.layers, NETWORK]]
    return (
        [array.tobytes() for array in arrays],
        copy.deepcopy(RNG.bit_generator.state),
        [str(part) for part in np.random.get_state()],  # noqa: NPY002
    )


@pytest.mark.parametrize(
    ("call", "arguments", "error", "words"),
    CASES,
    ids=[
        f"{i}-{getattr(call, '__qualname__', call)}"
        for i, (call, *_) in enumerate(CASES)
    ],
)
def test_bad_input_is_named_before_anything_changes(call, arguments, error, words):
    before = state()
    with pytest.raises(error) as caught:
        call(*arguments)
    for word in words:
        assert word in str(caught.value)
    assert type(caught.value) is error
    assert state() == before


def test_learning_goes_on_after_bad_input():
    """The values of the last good forward pass are kept, so its backward pass still works."""
    layer = Dense(3, 2, np.random.default_rng(0))
    layer.forward(M43)
    expected = layer.backward(np.ones((4, 2))).tolist()
    with pytest.raises(ValueError, match="inputs"):
        layer.forward(M34)
    assert layer.backward(np.ones((4, 2))).tolist() == expected

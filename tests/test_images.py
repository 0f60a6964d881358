"""Images from outside: each step by hand, what must not matter, and bad input."""

import statistics

import numpy as np
import pytest

from nnlib.data import digits
from nnlib.images import (
    count_blocks,
    crop,
    even_strokes,
    find_ink,
    fit,
    prepare_digit,
    straighten,
    to_grey,
)

pytestmark = pytest.mark.filterwarnings("error")

BLANK = np.zeros((32, 32), dtype=bool)


def bitmap(text):
    """Rows of dots, # for ink, divided by blanks."""
    return np.array([[dot == "#" for dot in row] for row in text.split()])


def placed(small, top=0, left=0):
    """A small bitmap somewhere on 32 × 32."""
    large = BLANK.copy()
    large[top : top + small.shape[0], left : left + small.shape[1]] = small
    return large


def drawing(scale=1):
    """A 7 of three bars, 20 wide and 30 high, dark on light paper of 50 × 60 pixels."""
    image = np.full((60, 50, 3), 230, dtype=np.uint8)
    image[10:14, 8:28] = image[14:25, 23:28] = image[25:40, 16:21] = 40
    return image.repeat(scale, axis=0).repeat(scale, axis=1)


def test_grey_weighs_the_colours():
    red, green, blue, white = np.eye(3)[[[0, 1, 2]]].tolist()[0] + [[1.0, 1.0, 1.0]]
    grey = to_grey([[red, green], [blue, white]])
    np.testing.assert_allclose(grey, [[0.299, 0.587], [0.114, 1.0]], rtol=1e-15)


def test_grey_of_bytes_is_grey_of_floats():
    image = np.arange(24, dtype=np.uint8).reshape(2, 4, 3) * 10
    assert np.array_equal(to_grey(image), to_grey(image / 255))
    assert np.array_equal(to_grey(image[..., 0]), image[..., 0] / 255)


@pytest.mark.parametrize("paper", [0.9, 0.5, 0.45])
def test_ink_is_found_on_light_paper_and_on_dark(paper):
    """By hand: the largest difference is 0.4, so ink differs by more than 0.2."""
    grey = np.full((5, 5), paper)
    grey[2, 1:4] = paper - 0.4, paper - 0.25, paper - 0.15
    expected = np.zeros((5, 5), dtype=bool)
    expected[2, 1:3] = True
    assert np.array_equal(find_ink(grey), expected)
    assert np.array_equal(find_ink(1 - grey), expected)


@pytest.mark.parametrize("seed", range(20))
def test_paper_is_the_median_of_the_four_sides(seed):
    grey = np.random.default_rng(seed).random((4, 5))
    paper = statistics.median([*grey[0], *grey[3], *grey[:, 0], *grey[:, 4]])
    darkest, brightest = paper - grey.min(), grey.max() - paper
    ink = paper - grey if darkest >= brightest else grey - paper
    assert np.array_equal(find_ink(grey), ink > max(darkest, brightest) / 2)


def test_ink_differs_by_more_than_half_and_is_dark_in_doubt():
    grey = np.full((4, 5), 0.5)
    grey[1, 1:4] = 0.0, 0.25, 1.0
    assert np.argwhere(find_ink(grey)).tolist() == [[1, 1]]


def test_a_light_spot_on_light_paper_is_no_ink():
    grey = np.full((5, 5), 0.8)
    grey[1, 1], grey[3, 3] = 1.0, 0.1
    assert np.argwhere(find_ink(grey)).tolist() == [[3, 3]]


def test_crop_cuts_to_the_ink():
    assert np.array_equal(
        crop(bitmap("..... .#.#. ..... ...#.")), bitmap("#.# ... ..#")
    )
    assert crop(placed(bitmap("#"), 31, 31)).shape == (1, 1)


def test_fit_takes_the_dot_under_each_centre():
    small = bitmap("#. .#")
    assert np.array_equal(fit(small, 2, 2), placed(small, 15, 15))
    doubled = bitmap("##.. ##.. ..## ..##")
    assert np.array_equal(fit(small, 4, 4), placed(doubled, 14, 14))
    # three from five: the centres 1/6, 3/6, 5/6 lie in the old dots 0, 2 and 4
    assert np.array_equal(fit(bitmap("#...#"), 1, 3), placed(bitmap("#.#"), 15, 14))


def test_fit_takes_rows_as_it_takes_columns():
    assert np.array_equal(
        fit(bitmap("# . . . #"), 3, 1), placed(bitmap("# . #"), 14, 15)
    )


@pytest.mark.parametrize("scale", [2, 3, 7])
def test_fit_does_not_see_a_whole_enlargement(scale):
    rng = np.random.default_rng(scale)
    small = rng.random((rng.integers(5, 90), rng.integers(5, 90))) < 0.5
    large = small.repeat(scale, axis=0).repeat(scale, axis=1)
    assert np.array_equal(fit(small, 32, 20), fit(large, 32, 20))


def test_strokes_thicken_by_a_dot_on_each_side():
    dot = placed(bitmap("#"), 10, 10)
    twice = bitmap("..#.. .###. ##### .###. ..#..")
    assert np.array_equal(even_strokes(dot), placed(twice, 8, 8))
    corner = even_strokes(placed(bitmap("#")))
    assert np.array_equal(corner, placed(bitmap("### ##. #..")))


def test_strokes_thin_until_they_have_a_common_width():
    plate = placed(np.ones((30, 16), dtype=bool), 1, 8)  # 480, then 28 · 14 = 392
    inner = placed(np.ones((28, 14), dtype=bool), 2, 9)
    assert np.array_equal(even_strokes(plate), inner)
    assert np.array_equal(even_strokes(inner), inner)
    assert even_strokes(BLANK ^ True).sum() == 28 * 28  # two steps and no more


@pytest.mark.parametrize(
    ("n_dots", "change"), [(255, 1), (256, 0), (412, 0), (413, -1)]
)
def test_strokes_change_outside_of_256_to_412_dots(n_dots, change):
    block = (np.arange(24 * 20) < n_dots).reshape(24, 20)
    dots = placed(block, 4, 4)
    assert np.sign(np.count_nonzero(even_strokes(dots)) - n_dots) == change


def test_strokes_are_not_thinned_to_nothing():
    dust = BLANK ^ True
    dust[::3] = False
    dust[1::3, ::8] = False  # no dot has ink on all four sides
    assert np.array_equal(even_strokes(dust), dust)


def test_straighten_puts_the_bottom_under_the_top():
    """By hand: the leftmost dots are at 12 and 8, four apart, so the ends move by two and the middle stays."""
    slanted = bitmap("....## ...##. ..##.. .##... ##....")
    expected = bitmap("##. ##. ##. ##. ##.")[:, :2]
    assert np.array_equal(straighten(placed(slanted, 20, 8)), placed(expected, 20, 10))
    upright = placed(expected, 20, 10)
    assert np.array_equal(straighten(upright), upright)


def test_straighten_judges_single_dots():
    diagonal = bitmap("....# ...#. ..#.. .#... #....")
    bar = bitmap("..#.. ..#.. ..#.. ..#.. ..#..")
    assert np.array_equal(straighten(placed(diagonal, 9, 9)), placed(bar, 9, 9))
    two_rows = placed(bitmap("....# #...."), 9, 9)
    assert np.array_equal(straighten(two_rows), placed(bitmap("..#.. ..#.."), 9, 9))


def test_straighten_keeps_the_outermost_columns():
    """By hand: the ends are eight apart, so the rows move by -4, -2, 0, 2 and 4."""
    dots = BLANK.copy()
    dots[9, 8] = dots[10, :4] = dots[11, 4] = dots[12, 28:] = dots[13, 0] = True
    expected = BLANK.copy()
    expected[[9, 11, 13], 4] = expected[10, :2] = expected[12, 30:] = True
    assert np.array_equal(straighten(dots), expected)


def test_straighten_loses_only_what_leaves_the_image():
    slanted = placed(bitmap("#.........## ............ ..........##"), 0, 20)
    expected = placed(bitmap("#. .. ##"), 0, 25)
    assert np.array_equal(straighten(slanted), expected)  # the ends move by five
    row = placed(bitmap("#.##"), 5, 3)
    assert np.array_equal(straighten(row), row)


def test_blocks_count_their_dots():
    dots = placed(bitmap("##### #....")) | placed(bitmap("#"), 31, 31)
    counts = np.zeros(64)
    counts[[0, 1, 63]] = 5, 1, 1
    assert np.array_equal(count_blocks(dots), counts)
    assert count_blocks(dots).dtype == np.float64
    assert count_blocks(BLANK ^ True).tolist() == [16] * 64


DOTS = np.array([[10, 4, 6, 12], [2, 0, 1, 8], [9, 3, 5, 14], [13, 7, 11, 15]])


def with_counts(row):
    """A bitmap with as many dots in each block as the 64 numbers say, spread over the block."""
    dots = DOTS[np.newaxis, :, np.newaxis] < row.reshape(8, 1, 8, 1)
    return dots.reshape(32, 32)


def test_counts_of_the_data_come_back_from_bitmaps():
    for row in digits()[0][::50]:
        assert np.array_equal(count_blocks(with_counts(row)), row)


def test_steps_leave_their_argument_alone():
    image = drawing()
    grey = to_grey(image)
    dots = find_ink(grey)
    box = crop(dots)
    large = fit(box, 32, 20)
    kept = [array.copy() for array in (image, grey, dots, box, large)]
    prepare_digit(image)
    for step in (even_strokes, straighten, count_blocks):
        step(large)
    for array, before in zip((image, grey, dots, box, large), kept, strict=True):
        assert np.array_equal(array, before)


def test_prepared_digit_is_the_chain_of_the_steps():
    dots = fit(crop(find_ink(to_grey(drawing()))), 32, 20)
    expected = count_blocks(straighten(even_strokes(dots)))
    found = prepare_digit(drawing())
    assert found.shape == (1, 64)
    assert found.dtype == np.float64
    assert np.array_equal(found[0], expected)
    assert set(found[0]) <= set(range(17))


@pytest.mark.parametrize(
    "changed",
    [
        255 - drawing(),
        drawing() // 2,  # less light
        drawing(3),
        drawing(10),
        np.roll(drawing(), (15, 12), axis=(0, 1)),
        drawing()[8:42, 6:30],
        np.pad(drawing(), ((30, 5), (0, 60), (0, 0)), mode="edge"),
        drawing() / 255,
        drawing()[..., 1],
        drawing().astype(np.float32) / 255,
        drawing()[::-1, ::-1].copy()[::-1, ::-1],  # read backwards
    ],
)
def test_same_drawing_gives_the_same_numbers(changed):
    assert np.array_equal(prepare_digit(changed), prepare_digit(drawing()))


def test_noise_and_uneven_light_do_not_matter():
    rng = np.random.default_rng(0)
    light = np.linspace(0.75, 1.0, 50) * np.linspace(0.85, 1.0, 60)[:, np.newaxis]
    image = drawing() / 255 * light[..., np.newaxis]
    image = np.clip(image + rng.normal(0, 0.02, image.shape), 0, 1)
    assert np.array_equal(prepare_digit(image), prepare_digit(drawing()))


def test_odd_enlargement_gives_nearly_the_same_numbers():
    rows, columns = np.arange(83) * 60 // 83, np.arange(69) * 50 // 69
    changed = prepare_digit(drawing()[rows][:, columns])
    assert np.abs(changed - prepare_digit(drawing())).mean() < 1


def test_a_bare_bar_does_not_become_a_slab():
    image = np.ones((100, 80))
    image[20:80, 30:36] = 0  # 32 · 6 / 60 = 3.2 dots in proportion, so at most 7
    counts = prepare_digit(image).reshape(8, 8)
    assert np.flatnonzero(counts.any(axis=0)).tolist() == [2, 3, 4]
    assert np.array_equal(counts, prepare_digit(image[:, ::-1]).reshape(8, 8))


@pytest.mark.parametrize(
    ("height", "width", "dots"), [(65, 1, 1), (64, 1, 2), (60, 6, 7), (64, 19, 20)]
)
def test_a_narrow_box_gets_at_most_twice_its_proportion_and_a_dot(height, width, dots):
    image = np.ones((100, 80))
    image[20 : 20 + height, 30 : 30 + width] = 0
    bar = fit(np.ones((height, width), dtype=bool), 32, dots)
    expected = count_blocks(straighten(even_strokes(bar)))
    assert np.array_equal(prepare_digit(image)[0], expected)


def test_digits_of_the_data_survive_the_way_through_an_image():
    """Blown up to pixels and prepared, nearly all come back nearest to images of their digit, most to themselves."""
    X, y = digits()
    nearest = []
    for row in X[::20]:
        pixels = np.where(with_counts(row).repeat(3, axis=0).repeat(3, axis=1), 30, 220)
        away = X - prepare_digit(np.pad(pixels, 9, constant_values=220).astype("u1"))
        nearest.append(np.argmin((away * away).sum(axis=1)))
    assert np.mean(y[nearest] == y[::20]) > 0.95
    assert np.mean(nearest == np.arange(0, 1797, 20)) > 0.5


GOOD = np.linspace(0, 1, 12).reshape(3, 4)


@pytest.mark.parametrize("step", [to_grey, prepare_digit])
@pytest.mark.parametrize(
    ("image", "error", "message"),
    [
        (GOOD.astype(int), TypeError, "image must be .* uint8 .* got an array of dtype int"),
        (GOOD > 0.5, TypeError, "image must be .* got an array of dtype bool"),
        (GOOD.astype(complex), TypeError, "image must be"),
        ("seven.png", TypeError, "image must be .* got str 'seven.png'"),
        (None, TypeError, "image must be"),
        ([[0.5], [0.5, 0.5]], TypeError, "image must be"),
        (GOOD[0], ValueError, r"shape \(height, width\) or \(height, width, 3\), got \(4,\)"),
        (np.ones((3, 4, 2)), ValueError, r"image must have shape .* got \(3, 4, 2\)"),
        (np.ones((3, 4, 4)), ValueError, r"leave out transparency with \[..., :3\]"),
        (np.ones((2, 3, 4, 3)), ValueError, "image must have shape"),
        (np.ones((0, 4)), ValueError, "image must not be empty"),
        (GOOD * np.nan, ValueError, "image must hold floats from 0 to 1, got .* nan"),
        (GOOD * 1.5, ValueError, "image must hold floats from 0 to 1, got .* 1.5"),
        (GOOD * 255, ValueError, "image must hold floats from 0 to 1, got .* 255"),
        (GOOD - 1, ValueError, "image must hold floats from 0 to 1, got .* -1"),
    ],
)  # fmt: skip
def test_bad_image_is_refused(step, image, error, message):
    with pytest.raises(error, match=message):
        step(image)


@pytest.mark.parametrize("level", [0.0, 0.5, 1.0])
def test_blank_image_is_refused(level):
    rng = np.random.default_rng(0)
    blank = np.clip(np.full((40, 30), level) + rng.normal(0, 0.01, (40, 30)), 0, 1)
    with pytest.raises(ValueError, match=r"grey must hold ink, .* got 0\.0"):
        prepare_digit(blank)


def test_ink_may_be_as_faint_as_a_tenth():
    grey = np.zeros((4, 4))
    grey[1, 2] = 0.1
    assert np.argwhere(find_ink(grey)).tolist() == [[1, 2]]


@pytest.mark.parametrize("step", [even_strokes, straighten, count_blocks])
@pytest.mark.parametrize("shape", [(8, 8), (1, 32, 32), (32,), (1024,)])
def test_bitmap_of_another_shape_is_refused(step, shape):
    with pytest.raises(ValueError, match=r"bitmap must have shape \(32, 32\), got"):
        step(np.ones(shape, dtype=bool))


@pytest.mark.parametrize(
    "step", [crop, even_strokes, straighten, count_blocks, lambda b: fit(b, 32, 20)]
)
@pytest.mark.parametrize(
    "wrong", [BLANK.astype(float), BLANK.astype(int), [[True], [True, False]], None]
)
def test_bitmap_that_is_none_is_refused(step, wrong):
    with pytest.raises(TypeError, match="bitmap must be an array of booleans"):
        step(wrong)


@pytest.mark.parametrize("step", [crop, lambda bitmap: fit(bitmap, 32, 20)])
@pytest.mark.parametrize("shape", [(5,), (2, 3, 4), (0, 4)])
def test_bitmap_that_is_no_matrix_is_refused(step, shape):
    with pytest.raises(ValueError, match=r"must have shape \(height, width\), got"):
        step(np.ones(shape, dtype=bool))


@pytest.mark.parametrize("step", [crop, straighten])
def test_bitmap_without_ink_is_refused(step):
    with pytest.raises(ValueError, match="bitmap must hold ink, got none"):
        step(BLANK)


@pytest.mark.parametrize(
    ("height", "width", "error", "message"),
    [
        (0, 20, ValueError, "height must be at least 1, got 0"),
        (32, 33, ValueError, "width must be at most 32, got 33"),
        (32.0, 20, TypeError, "height must be a whole number"),
        (32, True, TypeError, "width must be a whole number"),
    ],
)
def test_bad_size_is_refused(height, width, error, message):
    with pytest.raises(error, match=message):
        fit(BLANK, height, width)


def test_grey_of_colours_is_no_grey():
    with pytest.raises(ValueError, match=r"grey must have shape \(height, width\)"):
        find_ink(drawing())

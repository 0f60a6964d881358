"""Images from outside, made fit for a network that was trained on the digits of `nnlib.data.digits`.

The steps repeat how those digits were made [Garris1994]_: the ink is cut out, stretched to a common size, given a
common width of stroke, straightened, and counted block by block.

References
----------
.. [Garris1994] M. D. Garris et al., "NIST form-based handprint recognition system", NISTIR 5469, National Institute of
   Standards and Technology (1994).
"""

import numpy as np

from nnlib._checks import as_bitmap, as_image, check_contrast, check_ink, check_side
from nnlib.numerics import total


def to_grey(image):
    """Turn colours into one number for each pixel, how bright it looks.

    Parameters
    ----------
    image : array_like, shape (height, width) or (height, width, 3)
        Grey or red, green and blue: uint8 from 0 to 255, or floats from 0 to 1.

    Returns
    -------
    ndarray of float, shape (height, width)
        0 (black) to 1 (white): 0.299 red + 0.587 green + 0.114 blue, the weights of television (ITU-R BT.601).

    Raises
    ------
    TypeError
        If ``image`` is of another dtype.
    ValueError
        If it has another shape, is empty, or holds NaN or numbers out of range.
    """
    values = as_image("image", image)
    if values.ndim == 2:
        return values
    red, green, blue = values[..., 0], values[..., 1], values[..., 2]
    return 0.299 * red + 0.587 * green + 0.114 * blue


def find_ink(grey):
    """Find the pixels that are ink, on light paper or on dark.

    The paper is what the border of the image shows, in the median. If the brightest pixel is further from it than the
    darkest, then the ink is light, otherwise dark. Ink is what differs by more than half of the largest difference.

    Parameters
    ----------
    grey : array_like of float, shape (height, width)
        0 to 1, as `to_grey` returns it.

    Returns
    -------
    ndarray of bool, shape (height, width)
        True for ink.

    Raises
    ------
    TypeError, ValueError
        As `to_grey`; also if no pixel differs from the paper by 0.1 or more.
    """
    grey = as_image("grey", grey, colour=False)
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    paper = np.median(border)
    darker, lighter = paper - grey, grey - paper
    ink = darker if darker.max() >= lighter.max() else lighter
    check_contrast(ink.max())
    return ink > ink.max() / 2


def crop(bitmap):
    """Cut out the smallest box that holds all ink.

    Parameters
    ----------
    bitmap : array_like of bool, shape (height, width)

    Returns
    -------
    ndarray of bool, shape (box_height, box_width)

    Raises
    ------
    TypeError
        If ``bitmap`` does not hold booleans.
    ValueError
        If it is not a matrix, or holds no ink.
    """
    bitmap = as_bitmap("bitmap", bitmap)
    check_ink(bitmap)
    rows, columns = (np.flatnonzero(bitmap.any(axis=axis)) for axis in (1, 0))
    return bitmap[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def fit(bitmap, height, width):
    """Stretch or shrink to a height and a width, in the middle of 32 × 32 dots.

    Each new dot takes the value of the old one that lies under its centre, which whole numbers suffice to find.

    Parameters
    ----------
    bitmap : array_like of bool, shape (old_height, old_width)
    height, width : int
        1 to 32.

    Returns
    -------
    ndarray of bool, shape (32, 32)

    Raises
    ------
    TypeError, ValueError
        If ``bitmap`` is not a matrix of booleans, or a size is not a whole number from 1 to 32.
    """
    bitmap = as_bitmap("bitmap", bitmap)
    check_side("height", height)
    check_side("width", width)
    rows = (2 * np.arange(height) + 1) * bitmap.shape[0] // (2 * height)
    columns = (2 * np.arange(width) + 1) * bitmap.shape[1] // (2 * width)
    top, left = (32 - height) // 2, (32 - width) // 2
    fitted = np.zeros((32, 32), dtype=bool)
    fitted[top : top + height, left : left + width] = bitmap[rows][:, columns]
    return fitted


def even_strokes(bitmap):
    """Thicken the strokes where there are fewer than 256 dots of ink, thin them where there are more than 412.

    At most twice. To thicken is to ink every dot that has ink beside, above or below it; to thin is to keep only those
    that have ink on all four sides.

    Parameters
    ----------
    bitmap : array_like of bool, shape (32, 32)

    Returns
    -------
    ndarray of bool, shape (32, 32)

    Raises
    ------
    TypeError, ValueError
        If ``bitmap`` is not of this shape, or does not hold booleans.
    """
    bitmap = as_bitmap("bitmap", bitmap, (32, 32))
    for _ in range(2):
        p = np.pad(bitmap, 1)
        sides = p[:-2, 1:-1], p[2:, 1:-1], p[1:-1, :-2], p[1:-1, 2:]
        thick, thin = np.any([bitmap, *sides], axis=0), np.all([bitmap, *sides], axis=0)
        n_dots = np.count_nonzero(bitmap)
        if n_dots < 256:
            bitmap = thick
        elif n_dots > 412 and thin.any():
            bitmap = thin
    return bitmap


def straighten(bitmap):
    """Shift each row sideways until the leftmost ink of the bottom row lies under that of the top row.

    The middle row stays where it is; the rows above and below move in proportion to their distance from it. Ink that
    would leave the image is lost.

    Parameters
    ----------
    bitmap : array_like of bool, shape (32, 32)

    Returns
    -------
    ndarray of bool, shape (32, 32)

    Raises
    ------
    TypeError, ValueError
        If ``bitmap`` is not of this shape, does not hold booleans, or holds no ink.
    """
    bitmap = as_bitmap("bitmap", bitmap, (32, 32))
    check_ink(bitmap)
    rows, columns = np.nonzero(bitmap)  # row by row, from the left
    top, bottom = rows[0], rows[-1]
    lean = columns[rows == bottom][0] - columns[0]
    height = max(bottom - top, 1)
    shifts = np.rint(lean * ((top + bottom) / 2 - rows) / height).astype(int)
    inside = (columns + shifts >= 0) & (columns + shifts < 32)
    straight = np.zeros_like(bitmap)
    straight[rows[inside], (columns + shifts)[inside]] = True
    return straight


def count_blocks(bitmap):
    """Count the ink in each of the 8 × 8 blocks of 4 × 4 dots.

    Parameters
    ----------
    bitmap : array_like of bool, shape (32, 32)

    Returns
    -------
    ndarray of float, shape (64,)
        Whole numbers from 0 to 16, row by row.

    Raises
    ------
    TypeError, ValueError
        If ``bitmap`` is not of this shape, or does not hold booleans.
    """
    bitmap = as_bitmap("bitmap", bitmap, (32, 32))
    blocks = bitmap.reshape(8, 4, 8, 4).transpose(0, 2, 1, 3)
    return total(blocks.reshape(64, 16), axis=1)


def prepare_digit(image):
    """Make an image of one digit fit for a network that was trained on `nnlib.data.digits`.

    The ink is stretched to 32 dots in height and 20 in width, whatever its proportions, as in the data; only what is so
    narrow that it would get more than twice its proportion, such as a bare bar, stays narrower.

    Parameters
    ----------
    image : array_like, shape (height, width) or (height, width, 3)
        One digit, darker or lighter than a fairly even background. uint8 from 0 to 255, or floats from 0 to 1.

    Returns
    -------
    ndarray of float, shape (1, 64)
        Whole numbers from 0 to 16, on the scale of the data set: divide or normalise them as in training.

    Raises
    ------
    TypeError, ValueError
        As `to_grey` and `find_ink`.
    """
    box = crop(find_ink(to_grey(image)))
    height, width = box.shape
    bitmap = fit(box, 32, min(20, 64 * width // height + 1))
    return count_blocks(straighten(even_strokes(bitmap)))[np.newaxis]

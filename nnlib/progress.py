"""Progress bars for people who watch."""

import os

from tqdm.auto import tqdm


def progress(steps):
    """Hand out the steps of a loop under a progress bar, which appears after three seconds and disappears at the end.

    With ``TQDM_DISABLE`` in the environment there is no bar: so the notebooks are run and tested.

    Parameters
    ----------
    steps : iterable

    Returns
    -------
    iterable
        Of the same items.
    """
    return tqdm(steps, leave=False, delay=3, disable="TQDM_DISABLE" in os.environ)

"""Settings for every test, the notebooks' among them."""

import os

os.environ["TQDM_DISABLE"] = (
    "1"  # bars are for people who watch; stored outputs have none
)

"""Settings for every test, the notebooks' among them."""

import os

# Bars are for people who watch; stored outputs have none.
os.environ["TQDM_DISABLE"] = "1"

"""One pure feature function (history, as_of) -> features for training, refresh and explanation; Feast on top of it."""

"""The report on data: what its rules are worth, and where the model errs."""

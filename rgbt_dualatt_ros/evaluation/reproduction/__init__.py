"""The paper's claims, run again on its data sets and set beside its figures."""

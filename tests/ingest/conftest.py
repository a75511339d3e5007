"""How the property tests of ingest run: without a deadline, as two cores may be busy with something else."""

from hypothesis import settings

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

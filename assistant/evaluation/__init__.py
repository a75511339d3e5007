"""Question set to results to report: how good the answers are, by the field's own measures."""

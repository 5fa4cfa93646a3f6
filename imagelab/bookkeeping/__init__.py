"""What pictures cost: the log added up, repriced, reconciled. Values in, tables out."""

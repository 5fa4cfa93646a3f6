"""Values in; tables, figures, pictures of comparisons and verdicts out."""

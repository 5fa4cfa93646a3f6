"""Which picture is better: votes counted, levels ranked, questions settled."""

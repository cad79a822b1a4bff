"""What became of many referrals, counted; what is under 11, or would give such a number away, is withheld."""

"""What the referrals API takes and gives."""

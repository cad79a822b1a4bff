"""The rules of a referral's life: pure, no input or output."""

"""Parties: how they are verified, who acts for them, what attests them."""

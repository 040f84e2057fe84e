"""What the pages of the policy ask for."""

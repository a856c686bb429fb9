"""The `frontpage` command over steps/."""

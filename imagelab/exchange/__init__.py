"""Asking a provider, and being answered."""

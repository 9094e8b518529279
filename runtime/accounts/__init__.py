"""Accounts: who may use this installation, which shops and programs may send to it, and what a workspace has set."""

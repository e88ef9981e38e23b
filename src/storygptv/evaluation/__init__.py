"""Judging stories and pictures, whoever drew them."""
